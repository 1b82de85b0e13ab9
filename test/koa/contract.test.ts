import type { RequestListener } from 'node:http';
import type { Mount } from '@hookline/core/adapter';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { koaBody } from 'koa-body';
import koaBodyParser from 'koa-bodyparser';
import { captureRawBody } from '../../packages/koa/src/capture-raw-body.js';
import { mountOn } from '../../packages/koa/src/mount-on.js';
import { frameworkContract } from '../contracts/framework-contract.js';
import { type AppShape, all, FOREIGN, type FrameworkHarness, fates } from '../contracts/framework-harness.js';

const places: Record<string, { prefix: string; mount(app: Koa, mount: Mount): void }> = {
  'app.use(webhooks())': {
    prefix: '/webhooks',
    mount: (app, mount) => app.use(mountOn(mount)),
  },
  'app.use(webhooks().routes())': {
    prefix: '/webhooks',
    mount: (app, mount) => app.use(mountOn(mount).routes()),
  },
  "router.use('/hooks', webhooks().routes())": {
    prefix: '/hooks',
    mount: (app, mount) => app.use(new Router().use('/hooks', mountOn(mount).routes()).routes()),
  },
  "router.use('/hooks', webhooks())": {
    prefix: '/hooks',
    mount: (app, mount) => app.use(new Router().use('/hooks', mountOn(mount)).routes()),
  },
  'router.use(webhooks().routes()) without a path': {
    prefix: '/webhooks',
    mount: (app, mount) => app.use(new Router().use(mountOn(mount).routes()).routes()),
  },
  'a router with a prefix': {
    prefix: '/api/hooks',
    mount: (app, mount) =>
      app.use(new Router({ prefix: '/api' }).use('/hooks', mountOn(mount).routes()).routes()),
  },
  'a router in a router': {
    prefix: '/api/7/hooks',
    mount: (app, mount) => {
      const inner = new Router().use('/hooks', mountOn(mount).routes());
      app.use(new Router().use('/api/:tenant', inner.routes()).routes());
    },
  },
  "mount('/hooks', webhooks()) of koa-mount": {
    prefix: '/hooks',
    mount: (app, mount) => app.use(under('/hooks', mountOn(mount))),
  },
};

/** What koa-mount does: the path cut off, `ctx.mountPath` told, and both put back for what follows. */
function under(prefix: string, middleware: Middleware): Middleware {
  return async (ctx, next) => {
    const { path } = ctx;
    if (!path.startsWith(`${prefix}/`)) return next();
    ctx.path = path.slice(prefix.length);
    ctx.mountPath = prefix;
    await middleware(ctx, async () => {
      ctx.path = path;
      await next();
    });
  };
}

const later: Middleware = async (_ctx, next) => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  await next();
};

const before: Record<string, Middleware[]> = {
  'koa-bodyparser before': [koaBodyParser()],
  '@koa/bodyparser before': [bodyParser()],
  '@koa/bodyparser for every type before': [bodyParser({ enableTypes: ['json', 'form', 'text'] })],
  'koa-body before': [koaBody()],
  'koa-body with includeUnparsed before': [koaBody({ includeUnparsed: true })],
  'captureRawBody() and koa-body before': [captureRawBody(), koaBody()],
  'captureRawBody() and @koa/bodyparser before': [captureRawBody(), bodyParser()],
  'captureRawBody() behind an async middleware, and koa-body': [later, captureRawBody(), koaBody()],
};
const after: Record<string, Middleware[]> = { '@koa/bodyparser after': [bodyParser()] };

const harness: FrameworkHarness = {
  places: Object.fromEntries(Object.entries(places).map(([place, { prefix }]) => [place, prefix])),
  setups: {
    'no body parser': all('kept'),
    'koa-bodyparser before': all('kept'),
    '@koa/bodyparser before': all('kept'),
    '@koa/bodyparser for every type before': all('kept'),
    '@koa/bodyparser after': all('kept'),
    'koa-body before': fates('gone', 'kept', 'gone', 'gone'),
    'koa-body with includeUnparsed before': all('kept'),
    'captureRawBody() and koa-body before': all('kept'),
    'captureRawBody() and @koa/bodyparser before': all('kept'),
    'captureRawBody() behind an async middleware, and koa-body': all('kept'),
  },
  listener,
};

function listener({ mount, place, setup = '' }: AppShape): RequestListener {
  const app = new Koa();
  app.silent = true;
  for (const middleware of before[setup] ?? []) app.use(middleware);
  places[place]?.mount(app, mount);
  for (const middleware of after[setup] ?? []) app.use(middleware);
  app.use((ctx) => {
    ctx.status = FOREIGN;
    ctx.body = { hub: ctx.hub?.registry };
  });
  return app.callback();
}

frameworkContract('Koa', harness);
