import type { Subject } from '../events/event.js';
import type { NewEvent } from '../events/new-event.js';
import type { Store } from './store.js';

/** Which rows to read. */
export interface RowRequest {
  /** The `next` of the page before; null for the first one. */
  readonly after: string | null;
  readonly limit: number;
  /** Only rows of this account; null for those without one. Absent: all. */
  readonly accountId?: string | null;
}

/** Rows as events that tell of them as they are. */
export interface RowPage {
  readonly events: readonly NewEvent[];
  /** Rows of which no event could be made. Default: none. */
  readonly failures?: readonly RowFailure[];
  /** Where the next page begins; null where this was the last. A page may be empty and yet not be the last. */
  readonly next: string | null;
}

export interface RowFailure {
  readonly subject: Subject | undefined;
  readonly error: unknown;
}

export interface ReconcileOptions {
  /**
   * Only rows with an `updatedAt` since this instant, and of what is gone only what an event since then told of; in
   * milliseconds since the Unix epoch. A row from before that has no event is told of as updated, not as new: its events
   * are gone, most likely. Default: all that there are.
   */
  readonly since?: number;
  /** How many rows are compared at a time, in one transaction, 1 to 10,000. Default 500. */
  readonly batchSize?: number;
  /** Finds out and emits nothing. Default false. */
  readonly dryRun?: boolean;
}

export interface Reconciled {
  /** How many rows were compared. */
  readonly checked: number;
  /** How many of them were told of anew, by what is told: a row that no event knew, one that is other than its last event said, one that is gone. */
  readonly created: number;
  readonly updated: number;
  readonly destroyed: number;
}

/** A bound model: the rows that events are about. */
export interface RowSource {
  /** The model itself: what `hub.reconcile` finds it by. */
  readonly model: object;
  /** What its events have as the type of their subject: what `webhooks.create({ snapshot })` finds it by. */
  readonly name: string;
  /** Writes to its rows that become no events, in words; they are logged when the hub starts. */
  readonly unseen: readonly string[];
  /** The event type that tells of a row as it is; null where the binding names none. */
  readonly snapshotType: string | null;
  /**
   * The data that its binding makes of a row for an event of this type now; `unknown` where the id is none that can be looked
   * up, or the type tells that the row is gone. Absent: rows cannot be read one by one.
   */
  readData?(id: string, type: string): Promise<{ readonly data: unknown } | 'gone' | 'unknown'>;
  /** In the order of their keys, so that whatever is added meanwhile is read, or its own event comes later. */
  read(request: RowRequest): Promise<RowPage>;
  /** See `hub.reconcile`. The store is that of the hub. */
  reconcile(options: ReconcileOptions, store: Store): Promise<Reconciled>;
}
