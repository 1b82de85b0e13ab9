import type { AnyHub } from '@hookline/core';
import type { Mount, Route } from '@hookline/core/adapter';
import Router from '@koa/router';
import type { Context, Middleware, Next } from 'koa';
import { sendResponse } from './send-response.js';
import { toHttpRequest } from './to-http-request.js';

/** A Koa middleware: it answers the paths of its routes, passes all others on, and sets `ctx.hub` for what follows. */
export interface HooklineMiddleware {
  (ctx: Context, next: Next): Promise<unknown>;
  readonly hub: AnyHub;
  /** For `router.use('/hooks', webhooks(hub).routes())`: the parent router serves the routes under its own paths. */
  routes(): Middleware;
}

declare module 'koa' {
  interface DefaultContext {
    /** Set by the middleware of `@hookline/koa` for everything mounted after it. */
    hub?: AnyHub;
  }
}

/** Registers routes with Koa's own router: relative to the mount path, or under `mount.rootPath` where there is none. */
export function mountOn(mount: Mount): HooklineMiddleware {
  const router = new Router();
  for (const route of mount.routes) {
    register(router, mount, route, 'mounted');
    register(router, mount, route, 'root');
  }
  const serve = router.routes();
  const middleware = async (ctx: Context, next: Next): Promise<unknown> => {
    ctx.hub = mount.hub;
    return serve(ctx as Parameters<typeof serve>[0], next);
  };
  // @koa/router recognises a nested router by this property and registers its routes anew, under its own prefix
  const mounted = Object.assign(middleware, { hub: mount.hub, router });
  return Object.assign(mounted, { routes: () => mounted });
}

/** Where the routes were put is known with the request only, so each stands there twice and one of them is served. */
function register(router: Router, mount: Mount, route: Route, served: 'mounted' | 'root'): void {
  const path = served === 'root' ? mount.rootPath + route.path : route.path;
  router[route.method](path, async (ctx, next) => {
    const isMounted = ctx._matchedRoute !== path || Boolean(ctx.mountPath);
    if (isMounted !== (served === 'mounted')) return next();
    ctx.hub = mount.hub;
    sendResponse(ctx, await route.handle(toHttpRequest(ctx, route.path, mount.maxBodyBytes)));
  });
}
