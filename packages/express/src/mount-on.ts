import type { AnyHub } from '@hookline/core';
import type { Mount, Route } from '@hookline/core/adapter';
import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import { sendResponse } from './send-response.js';
import { toHttpRequest } from './to-http-request.js';

/** An Express middleware: it answers the paths of its routes, passes all others on, and sets `req.hub` for what follows. */
export interface HooklineMiddleware {
  (req: Request, res: Response, next: NextFunction): void;
  readonly hub: AnyHub;
}

declare global {
  namespace Express {
    interface Request {
      /** Set by the middleware of `@hookline/express` for everything mounted after it. */
      hub?: AnyHub;
    }
  }
}

/** Registers routes with Express's own router: relative to the mount path, or under `mount.rootPath` where there is none. */
export function mountOn(mount: Mount): HooklineMiddleware {
  const relative = Router();
  const rooted = Router();
  for (const route of mount.routes) {
    const handle = handlerOf(route, mount);
    relative[route.method](route.path, handle);
    rooted[route.method](mount.rootPath + route.path, handle);
  }

  const middleware = (req: Request, res: Response, next: NextFunction): void => {
    req.hub = mount.hub;
    const router = req.baseUrl === '' ? rooted : relative;
    router(req, res, next);
  };
  return Object.assign(middleware, { hub: mount.hub });
}

function handlerOf(route: Route, mount: Mount): RequestHandler {
  return (req, res, next) => {
    route
      .handle(toHttpRequest(req, mount.maxBodyBytes))
      .then((response) => sendResponse(res, response))
      .catch(next);
  };
}
