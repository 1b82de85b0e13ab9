import { AsyncLocalStorage } from 'node:async_hooks';
import type { AccountId, Actor, Event } from '../events/event.js';

/** What events dispatched in the course of something have in common. What is left out is not known. */
export interface Context {
  /** Who does it. */
  readonly actor?: Actor;
  /** The tenant it is done for: of events whose `account` is not named. */
  readonly account?: AccountId | null;
  /** Of the request it is part of; kept with its events, and never sent. */
  readonly requestId?: string;
  /** The event it follows from. */
  readonly causationId?: string | null;
  /** The first event of the chain. */
  readonly correlationId?: string;
  /** How many events led to it. */
  readonly depth?: number;
}

/** One for the process: what runs in a context is the flow of a program, whatever hub it comes by. */
const storage = new AsyncLocalStorage<Context>();
const NOTHING: Context = Object.freeze({});

/**
 * Does work in a context: every event that is dispatched in its course, however deep in it, takes from there what its
 * own options leave out. Inside another context it adds to that one.
 *
 * @example
 * await withContext({ actor: { type: 'user', id: 7 }, account: 42 }, () => conversation.update({ status: 'closed' }));
 */
export function withContext<Result>(context: Context, work: () => Result): Result {
  const outer = storage.getStore();
  return storage.run(outer ? { ...outer, ...context } : context, work);
}

/** Does work in this context alone, whatever is around it. */
export function withContextOnly<Result>(context: Context, work: () => Result): Result {
  return storage.run(context, work);
}

/** The context around the caller; without any, an empty one. */
export function currentContext(): Context {
  return storage.getStore() ?? NOTHING;
}

/** Does work in no context: for what outlives the request that happened to begin it. */
export function withoutContext<Result>(work: () => Result): Result {
  return storage.exit(work);
}

/** In which an event is handled: what follows from it has its actor, account and request, and it as the cause. */
export function contextOf({ id, actor, accountId, requestId, correlationId, depth }: Event): Context {
  return {
    ...(actor && { actor }),
    ...(requestId !== undefined && { requestId }),
    account: accountId,
    causationId: id,
    correlationId,
    depth: depth + 1,
  };
}
