import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HooklineError } from '../errors.js';
import { checkContext } from './check-context.js';
import { type Context, currentContext, withContextOnly } from './context.js';

/** What the app makes of a request, in its framework's shape. What it throws, the request fails with. */
export type ToContext<Request> = (request: Request) => Context | Promise<Context>;

/** Does the rest of a request in its context, and answers what that does. */
export type RequestContext<Request> = <Result>(
  request: Request,
  incoming: IncomingMessage,
  rest: () => Result | Promise<Result>,
) => Promise<Result>;

/**
 * The story of a request's context: what the app makes of it → checked → with the id of the request → the rest of the
 * request in it. Throws OPTION_INVALID at once for what is no function, and later for an answer that is no context.
 */
export function requestContext<Request>(toContext?: ToContext<Request>): RequestContext<Request> {
  if (toContext !== undefined && typeof toContext !== 'function') {
    const expected = 'a function from a request to its context';
    throw new HooklineError('OPTION_INVALID', { option: 'toContext', expected, got: typeof toContext });
  }
  return async (request, incoming, rest) => {
    const own = toContext ? checkContext(await toContext(request), 'toContext()') : {};
    const context = { requestId: requestIdOf(incoming), ...currentContext(), ...own };
    keepInEvents(incoming, context);
    return withContextOnly(context, rest);
  };
}

const PLAIN_ID = /^[!-~]{1,200}$/;

/** As a proxy or the client named it: it is stored, so only where it is plain. */
function requestIdOf({ headers }: IncomingMessage): string {
  const named = headers['x-request-id'];
  return typeof named === 'string' && PLAIN_ID.test(named) ? named : randomUUID();
}

const contexts = new WeakMap<IncomingMessage, Context>();

/**
 * The events of a request come from its socket, which knows no context: a parser that goes on from one of them (most of
 * those for uploads do) would leave it behind, and what is dispatched then would belong to no account.
 */
function keepInEvents(incoming: IncomingMessage, context: Context): void {
  if (!contexts.has(incoming)) {
    const { emit } = incoming;
    incoming.emit = (...event: Parameters<typeof emit>) =>
      withContextOnly(contexts.get(incoming) ?? context, () => emit.apply(incoming, event));
  }
  contexts.set(incoming, context);
}
