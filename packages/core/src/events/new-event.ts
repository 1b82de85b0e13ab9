import type { Context } from '../context/context.js';
import type { AccountId, Actor, Changes, Event, Subject } from './event.js';
import type { AnyRegistry, DataInput, TypeOf } from './event-types.js';

/** What an event has besides its type and data. What is left out comes from the context around the call. */
export interface EventOptions {
  /** The tenant the event belongs to. Default: that of the context, or else none; `null` for none in any case. */
  readonly account?: AccountId | null;
  /** What changed, for an update. */
  readonly changes?: Changes;
  readonly actor?: Actor;
  readonly subject?: Subject;
  /** The event from which this one follows: sets causation, correlation and depth. Default: the one whose listener dispatches it. */
  readonly cause?: Event;
  /** When it happened, in milliseconds since the Unix epoch. Default: now. */
  readonly timestamp?: number;
  /** In place of the context around the call. Throws OPTION_INVALID for what is none, as a wrong account or actor does. */
  readonly context?: Context;
  /** Marks an event that tells of a row as it was found, not of a change. */
  readonly snapshot?: true;
  /**
   * Of the events of an account only one is stored with this key, 1 to 255 printable ASCII characters, for as long as that
   * is kept: dispatched again, the first one is answered, and nothing else happens. Another type under the same key throws
   * IDEMPOTENCY_CONFLICT. Listeners hear it in a process that relays. Default: none.
   */
  readonly idempotencyKey?: string;
  /**
   * Stored at once, but heard and delivered from this instant on, within about a sweep interval; in milliseconds since the
   * Unix epoch, up to a year ahead. Default: at once.
   */
  readonly deliverAt?: number;
  /** The same, in milliseconds from now. */
  readonly delayMs?: number;
  /** Sent with every delivery of it, beside the custom headers of a webhook. The same names are reserved. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Only this webhook is to have it; no listener hears of it. Default: whoever wants it. */
  readonly webhookId?: string;
}

export interface TransactionOptions {
  /**
   * The caller's transaction: the event exists if and only if it commits. Default: the one in Sequelize's CLS, where
   * the app uses that, or else none; `null` for none in any case. A transient event takes none.
   */
  readonly transaction?: unknown;
}

export type DispatchOptions = EventOptions & TransactionOptions;

/** An event to be, for `dispatchAll`. */
export interface NewEvent<Type extends string = string, Data = unknown> extends EventOptions {
  readonly type: Type;
  readonly data: Data;
}

/** Any new event of a registry. */
export type NewEventOf<R extends AnyRegistry> =
  string extends TypeOf<R>
    ? NewEvent
    : { [Type in TypeOf<R>]: NewEvent<Type, DataInput<R, Type>> }[TypeOf<R>];

export interface DispatchAllOptions extends TransactionOptions {
  /** Events of the same transaction, by their ids, in whose place these come: of them nothing is left. */
  readonly replacing?: readonly string[];
  /** The name of a table. Where the store records its changes by itself, by a trigger, these events are not stored. */
  readonly unlessCaptured?: string;
}
