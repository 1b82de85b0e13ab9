import { captureRawBody as capture } from '@hookline/core/adapter';
import type { Middleware } from 'koa';

/**
 * Keeps the exact bytes of a body for Hookline mounted behind a body parser; `ctx.request.body` stays the parser's.
 *
 * @example app.use(captureRawBody()); app.use(bodyParser())
 */
export function captureRawBody(): Middleware {
  return (ctx, next) => {
    capture(ctx.req, ctx.res);
    return next();
  };
}
