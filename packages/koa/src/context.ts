import { requestContext, type ToContext } from '@hookline/core/adapter';
import type { Context, Middleware } from 'koa';

/**
 * Does the rest of a request in the context that `toContext` answers for it: what is dispatched in its course has that
 * actor and account, and the request's id: `x-request-id` where that is up to 200 plain characters, or else a fresh
 * UUID. Mounted twice, it adds. It rejects with what `toContext` throws, and with OPTION_INVALID for an answer that is none.
 *
 * @example app.use(context(({ state: { user } }) => (user ? { actor: { type: 'user', id: user.id }, account: user.accountId } : {})));
 */
export function context(toContext?: ToContext<Context>): Middleware {
  const inContext = requestContext(toContext);
  return (ctx, next) => inContext(ctx, ctx.req, next);
}
