import type { RequestListener } from 'node:http';
import type { Mount } from '@hookline/core/adapter';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express';
import { captureRawBody } from '../../packages/express/src/capture-raw-body.js';
import { mountOn } from '../../packages/express/src/mount-on.js';
import { frameworkContract } from '../contracts/framework-contract.js';
import { type AppShape, all, FOREIGN, type FrameworkHarness, fates } from '../contracts/framework-harness.js';

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

const before: Record<string, RequestHandler[]> = {
  'express.json() before': [express.json()],
  'all parsers before': parsers,
  'express.raw() before': [express.raw({ type: '*/*' })],
  'express.json() and then express.raw() before': [express.json(), express.raw({ type: '*/*' })],
  'a verify hook': [express.json({ verify }), express.urlencoded({ extended: true, verify }), express.text()],
  'captureRawBody and all parsers before': [captureRawBody, ...parsers],
  'captureRawBody behind an async middleware, and all parsers': [later, captureRawBody, ...parsers],
};
const after: Record<string, RequestHandler[]> = { 'all parsers after': parsers };

const harness: FrameworkHarness = {
  places: Object.fromEntries(Object.entries(places).map(([place, { prefix }]) => [place, prefix])),
  setups: {
    'no body parser': all('kept'),
    'express.json() before': fates('gone', 'kept', 'kept', 'kept'),
    'all parsers before': all('gone'),
    'all parsers after': all('kept'),
    'express.raw() before': all('kept'),
    'express.json() and then express.raw() before': fates('gone', 'kept', 'kept', 'kept'),
    'a verify hook': fates('kept', 'kept', 'gone', 'kept'),
    'captureRawBody and all parsers before': all('kept'),
    'captureRawBody behind an async middleware, and all parsers': all('kept'),
  },
  listener,
};

function listener({ mount, place, setup = '' }: AppShape): RequestListener {
  const app = express();
  for (const middleware of before[setup] ?? []) app.use(middleware);
  places[place]?.mount(app, mount);
  for (const middleware of after[setup] ?? []) app.use(middleware);
  app.use((req, res) => {
    res.status(FOREIGN).json({ hub: req.hub?.registry });
  });
  app.use(onError);
  return app;
}

const onError: ErrorRequestHandler = (error: Error, _req, res, _next) => {
  res.status(500).json({ bug: error.message });
};

frameworkContract('Express', harness);
