import { requestContext, type ToContext } from '@hookline/core/adapter';
import type { Request, RequestHandler } from 'express';

/**
 * Does the rest of a request in the context that `toContext` answers for it: what is dispatched in its course has that
 * actor and account, and the request's id: `x-request-id` where that is up to 200 plain characters, or else a fresh
 * UUID. Mounted twice, it adds. What `toContext` throws goes to `next`, and OPTION_INVALID for an answer that is none.
 *
 * @example app.use(context((req) => (req.user ? { actor: { type: 'user', id: req.user.id }, account: req.user.accountId } : {})));
 */
export function context(toContext?: ToContext<Request>): RequestHandler {
  const inContext = requestContext(toContext);
  return (req, _res, next) => {
    inContext(req, req, () => next()).catch(next);
  };
}
