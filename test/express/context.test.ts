import type { RequestListener } from 'node:http';
import { captureRawBody, context, inbound, type ToContext } from '@hookline/express';
import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import {
  type ContextApp,
  type ContextHarness,
  contextContract,
  sources,
} from '../contracts/framework-context.js';

/** As those for uploads do it: what follows is called by an event of the request. */
const parsesByEvents: RequestHandler = (req, _res, next) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    req.body = JSON.parse(Buffer.concat(chunks).toString());
    next();
  });
};

const parsers: Readonly<Record<string, readonly RequestHandler[]>> = {
  'express.json()': [express.json()],
  'captureRawBody and express.json()': [captureRawBody, express.json()],
  'a parser that goes on by events': [parsesByEvents],
};

const harness: ContextHarness = {
  setups: Object.keys(parsers).flatMap((name) => [`${name} before it`, `${name} behind it`]),
  refuse: (toContext) => void context(toContext as ToContext<Request>),
  listener,
};

function listener({ contexts, setup = '', path = '/', inbound: hub, handle }: ContextApp): RequestListener {
  const app = express();
  const [name = '', place] = setup.split(/ (before|behind) it$/);
  const around = parsers[name] ?? [];
  if (place === 'before') for (const parser of around) app.use(parser);
  for (const contextOf of contexts) app.use(path, contextOf ? context(contextOf) : context());
  if (place === 'behind') for (const parser of around) app.use(parser);
  if (hub) app.use(inbound(hub, { sources }));
  app.use(async (req, res, next) => {
    try {
      res.json(await handle(req, req.body));
    } catch (error) {
      next(error);
    }
  });
  app.use(onError);
  return app;
}

const onError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(500).json({ message: error.message, option: error.details?.option });
};

contextContract('Express', harness);
