import type { RequestListener } from 'node:http';
import type { Mount } from '@hookline/core/adapter';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express';
import { captureRawBody } from '../../packages/express/src/capture-raw-body.js';
import { mountOn } from '../../packages/express/src/mount-on.js';
import { verify as verifySource } from '../../packages/express/src/verify.js';
import { frameworkContract } from '../contracts/framework-contract.js';
import { type AppShape, FOREIGN, type FrameworkHarness } from '../contracts/framework-harness.js';
import { EXPRESS_FATES } from '../contracts/raw-body-table.js';

const places: Record<string, { prefix: string; mount(app: Express, mount: Mount): void }> = {
  'app.use(webhooks())': {
    prefix: '/webhooks',
    mount: (app, mount) => app.use(mountOn(mount)),
  },
  "app.use('/hooks', webhooks())": {
    prefix: '/hooks',
    mount: (app, mount) => app.use('/hooks', mountOn(mount)),
  },
  'a router on the app': {
    prefix: '/webhooks',
    mount: (app, mount) => app.use(Router().use(mountOn(mount))),
  },
  'a router under a path with a parameter': {
    prefix: '/api/7/hooks',
    mount: (app, mount) => app.use('/api/:tenant', Router().use('/hooks', mountOn(mount))),
  },
  'an app in the app': {
    prefix: '/api/hooks',
    mount: (app, mount) => app.use('/api', express().use('/hooks', mountOn(mount))),
  },
};

const verify = captureRawBody;
const parsers = [
  express.json({ type: ['json', '+json'] }),
  express.urlencoded({ extended: true }),
  express.text(),
];
const later: RequestHandler = (_req, _res, next) => setTimeout(next, 5);

type Setup = keyof typeof EXPRESS_FATES;
const raw = express.raw({ type: () => true });

const before: Partial<Readonly<Record<Setup, readonly RequestHandler[]>>> = {
  '`express.json()` in front': [express.json()],
  '`json()`, `urlencoded()`, `text()` in front, `+json` too': parsers,
  '`express.raw({ type: () => true })` in front': [raw],
  '`express.json()` in front, then `express.raw()`': [express.json(), raw],
  '`json({ verify: captureRawBody })` in front, `urlencoded` likewise; `text()`': [
    express.json({ verify }),
    express.urlencoded({ extended: true, verify }),
    express.text(),
  ],
  '`app.use(captureRawBody)`, then all parsers': [captureRawBody, ...parsers],
  'an async middleware, `captureRawBody`, then all parsers': [later, captureRawBody, ...parsers],
  'an async middleware': [later],
};
const after: Partial<Readonly<Record<Setup, readonly RequestHandler[]>>> = {
  '`json()`, `urlencoded()`, `text()` behind': parsers,
};

const harness: FrameworkHarness = {
  places: Object.fromEntries(Object.entries(places).map(([place, { prefix }]) => [place, prefix])),
  setups: EXPRESS_FATES,
  listener,
};

function listener({ mount, place, setup }: AppShape): RequestListener {
  const app = express();
  for (const middleware of before[setup as Setup] ?? []) app.use(middleware);
  if ('source' in mount) app.use(verifySource(mount.source, { maxBodyBytes: mount.maxBodyBytes }));
  else places[place]?.mount(app, mount);
  for (const middleware of after[setup as Setup] ?? []) app.use(middleware);
  if ('source' in mount) app.use((_req, res) => void res.sendStatus(202));
  app.use((req, res) => {
    res.status(FOREIGN).json({ hub: req.hub?.registry });
  });
  app.use(onError);
  return app;
}

const onError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(500).json({ bug: error.message, error: { code: error.code } });
};

frameworkContract('Express', harness);
