import { AsyncLocalStorage } from 'node:async_hooks';
import type { Event } from '../events/event.js';
import { type Context, checkContext } from './check-context.js';

export type { Context } from './check-context.js';

const STORAGE = Symbol.for('hookline.context');
const shared = globalThis as { [STORAGE]?: AsyncLocalStorage<Context> };
shared[STORAGE] ??= new AsyncLocalStorage<Context>();
/**
 * One for the process, also where this package is there twice: what runs in a context is the flow of a program,
 * whatever hub it comes by.
 */
const storage = shared[STORAGE];
const NOTHING: Context = Object.freeze({});

/**
 * Does work in a context: every event that is dispatched in its course, however deep in it, takes from there what its
 * own options leave out. Inside another context it adds to that one: what both name is as in this one, and what is
 * undefined here stays as it is there. Answers what the work does. Throws OPTION_INVALID for what is no context.
 *
 * @example
 * await withContext({ actor: { type: 'user', id: 7 }, account: 42 }, () => conversation.update({ status: 'closed' }));
 */
export function withContext<Result>(context: Context, work: () => Result): Result {
  return storage.run({ ...storage.getStore(), ...checkContext(context, 'context') }, work);
}

/** Does work in this context alone, whatever is around it. */
export function withContextOnly<Result>(context: Context, work: () => Result): Result {
  return storage.run(context, work);
}

/** The context around the caller; without any, an empty one. */
export function currentContext(): Context {
  return storage.getStore() ?? NOTHING;
}

/**
 * Does work in no context: for what outlives the request that happened to begin it. An empty context stands for none,
 * since after `AsyncLocalStorage.exit` a context that is entered within it would end in the outer one.
 */
export function withoutContext<Result>(work: () => Result): Result {
  return storage.getStore() === undefined ? work() : storage.run(NOTHING, work);
}

/** In which an event is handled: what follows from it has its actor, account and request, and it as the cause. */
export function contextOf({ id, actor, accountId, requestId, correlationId, depth }: Event): Context {
  const context = { account: accountId, causationId: id, correlationId, depth: depth + 1 };
  if (actor === undefined && requestId === undefined) return context;
  return { ...context, ...(actor && { actor }), ...(requestId !== undefined && { requestId }) };
}
