import type { RequestListener } from 'node:http';
import { captureRawBody, context, inbound, type ToContext } from '@hookline/koa';
import { bodyParser } from '@koa/bodyparser';
import Koa, { type Context, type Middleware } from 'koa';
import { koaBody } from 'koa-body';
import {
  type ContextApp,
  type ContextHarness,
  contextContract,
  sources,
} from '../contracts/framework-context.js';

/** As those for uploads do it: what follows is called by an event of the request. */
const parsesByEvents: Middleware = (ctx, next) =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    ctx.req.on('data', (chunk: Buffer) => chunks.push(chunk));
    ctx.req.on('end', () => {
      Object.assign(ctx.request, { body: JSON.parse(Buffer.concat(chunks).toString()) });
      next().then(resolve, reject);
    });
  });

const parsers: Readonly<Record<string, readonly Middleware[]>> = {
  '@koa/bodyparser': [bodyParser()],
  'koa-body': [koaBody()],
  'captureRawBody() and koa-body': [captureRawBody(), koaBody()],
  'a parser that goes on by events': [parsesByEvents],
};

const harness: ContextHarness = {
  setups: Object.keys(parsers).flatMap((name) => [`${name} before it`, `${name} behind it`]),
  refuse: (toContext) => void context(toContext as ToContext<Context>),
  listener,
};

function listener({ contexts, setup = '', path = '/', inbound: hub, handle }: ContextApp): RequestListener {
  const app = new Koa();
  const [name = '', place] = setup.split(/ (before|behind) it$/);
  const around = parsers[name] ?? [];
  app.use(onError);
  if (place === 'before') for (const parser of around) app.use(parser);
  for (const contextOf of contexts) {
    const middleware = contextOf ? context(({ req }) => contextOf(req)) : context();
    app.use((ctx, next) => (ctx.path.startsWith(path) ? middleware(ctx, next) : next()));
  }
  if (place === 'behind') for (const parser of around) app.use(parser);
  if (hub) app.use(inbound(hub, { sources }));
  app.use(async (ctx) => {
    const answer = await handle(ctx.req, (ctx.request as { body?: unknown }).body);
    ctx.type = 'json';
    ctx.body = JSON.stringify(answer);
  });
  return app.callback();
}

const onError: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    const { message, details } = error as Error & { readonly details?: { readonly option?: string } };
    ctx.status = 500;
    ctx.body = { message, option: details?.option };
  }
};

contextContract('Koa', harness);
