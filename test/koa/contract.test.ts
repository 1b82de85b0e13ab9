import type { RequestListener } from 'node:http';
import type { Mount } from '@hookline/core/adapter';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { koaBody } from 'koa-body';
import koaBodyParser from 'koa-bodyparser';
import { captureRawBody } from '../../packages/koa/src/capture-raw-body.js';
import { mountOn } from '../../packages/koa/src/mount-on.js';
import { verify } from '../../packages/koa/src/verify.js';
import { frameworkContract } from '../contracts/framework-contract.js';
import { type AppShape, FOREIGN, type FrameworkHarness } from '../contracts/framework-harness.js';
import { KOA_FATES } from '../contracts/raw-body-table.js';

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

type Setup = keyof typeof KOA_FATES;

const before: Partial<Readonly<Record<Setup, readonly Middleware[]>>> = {
  '`koa-bodyparser` in front': [koaBodyParser()],
  '`@koa/bodyparser` in front': [bodyParser()],
  '`@koa/bodyparser` for `json`, `form` and `text` in front': [
    bodyParser({ enableTypes: ['json', 'form', 'text'] }),
  ],
  '`koa-body` in front': [koaBody()],
  '`koa-body({ includeUnparsed: true })` in front': [koaBody({ includeUnparsed: true })],
  '`captureRawBody()`, then `koa-body`': [captureRawBody(), koaBody()],
  '`captureRawBody()`, then `@koa/bodyparser`': [captureRawBody(), bodyParser()],
  'an async middleware, `captureRawBody()`, then `koa-body`': [later, captureRawBody(), koaBody()],
  'an async middleware': [later],
};
const after: Partial<Readonly<Record<Setup, readonly Middleware[]>>> = {
  '`@koa/bodyparser` behind': [bodyParser()],
};

const harness: FrameworkHarness = {
  places: Object.fromEntries(Object.entries(places).map(([place, { prefix }]) => [place, prefix])),
  setups: KOA_FATES,
  listener,
};

function listener({ mount, place, setup }: AppShape): RequestListener {
  const app = new Koa();
  app.silent = true;
  if ('source' in mount) app.use(answerErrors);
  for (const middleware of before[setup as Setup] ?? []) app.use(middleware);
  if ('source' in mount) app.use(verify(mount.source, { maxBodyBytes: mount.maxBodyBytes }));
  else places[place]?.mount(app, mount);
  for (const middleware of after[setup as Setup] ?? []) app.use(middleware);
  if ('source' in mount) app.use(accept);
  app.use((ctx) => {
    ctx.status = FOREIGN;
    ctx.body = { hub: ctx.hub?.registry };
  });
  return app.callback();
}

const accept: Middleware = (ctx) => {
  ctx.status = 202;
};

const answerErrors: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    ctx.status = 500;
    ctx.body = { error: { code: (error as { code?: unknown }).code } };
  }
};

frameworkContract('Koa', harness);
