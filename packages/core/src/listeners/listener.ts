import type { RetryPolicy } from '../delivery/retry-policy.js';
import type { Event } from '../events/event.js';
import type { AnyRegistry } from '../events/event-types.js';

/** See `ListenOptions.lane`. */
export type ListenerLane = 'sync' | 'async';

/** What a listener gets beside its event, where it asked for a transaction. */
export interface ListenerContext<Transaction = unknown> {
  /**
   * The transaction that the run is marked as succeeded in; the listener does not end it. Of the store's kind: with
   * `sequelizeStore` a Sequelize `Transaction`, named as `ListenerContext<Transaction>`; null in memory, where there is none.
   */
  readonly transaction: Transaction | null;
}

/**
 * Base class of listeners: one method per event, named after it.
 *
 * TypeScript never infers the parameters of a class's methods, so name them; `hub.use` and `createHub` then
 * refuse, at compile time, a method whose parameter is not the event it is named after. A listener may instead
 * (or also) list `patterns` and have a `handle` method, which gets what no other method of it takes.
 *
 * @example
 * class AuditListener extends Listener<typeof events> {
 *   override lane = 'async' as const;
 *   conversationStatusChanged(event: EventOf<typeof events, 'conversation.status_changed'>) {
 *     audit(event.accountId, event.changes?.status);
 *   }
 * }
 */
export abstract class Listener<R extends AnyRegistry = AnyRegistry> {
  declare readonly registry?: R;
  /** Default `sync`. */
  readonly lane: ListenerLane = 'sync';
  /** Names its lines in the log and its stored runs. Default: the class's name. */
  get name(): string {
    return this.constructor.name;
  }
  /** When its failed runs are tried again, in the async lane: a policy, or delays in milliseconds. Default: the hub's `listenerRetry`. */
  readonly retry?: RetryPolicy | readonly number[];
  /** Whether its methods get a transaction as well, in the async lane: see `TransactionalOptions.transaction`. Default false. */
  readonly transaction: boolean = false;
  /** Which of its runs go one after the other, in the async lane: see `ListenOptions.order`. Default: none. */
  declare readonly order?: 'subject';
  /** The patterns whose events `handle` gets. Default: none. */
  readonly patterns: readonly string[] = [];
  handle?(event: Event, context: ListenerContext): unknown;
}
