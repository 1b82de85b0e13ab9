import type { DeliveryRecord } from '../delivery/delivery.js';
import type { EventRecord, Visibility } from '../events/event.js';
import type { RunRecord } from '../listeners/run.js';
import type { Page, Scope } from './scope.js';
import type { ClaimRequest } from './work-store.js';

/** Without the name of a lease: who has events in hand renews and releases them by their ids. */
export type EventClaimRequest = Omit<ClaimRequest, 'lease' | 'except'>;

/** A row that fan-out owes. With a lease it is stored as claimed: whoever stores it goes on with it at once. */
export type Owed<Work> = Work & { readonly lease: string | null };

/** What fan-out owes for a batch of events, stored together with the mark that they were fanned out. */
export interface FanOut {
  readonly eventIds: readonly string[];
  readonly deliveries: readonly Owed<DeliveryRecord>[];
  readonly runs: readonly Owed<RunRecord>[];
  /** When the leases of what is owed end. */
  readonly leasedUntil: number;
  /** Of the webhooks that the deliveries are for: what `WebhookStore.ofAccounts` answered with them. Null where no webhook was asked for. */
  readonly webhookVersion: string | null;
  /**
   * Set where the caller did not claim the events: it takes those that are committed and that nobody leases at this
   * instant, and leaves the others.
   */
  readonly unclaimedAt?: number;
}

/** `stale`: the webhooks are not what they were, and nothing was stored. */
export type FannedOut =
  | { readonly kind: 'stale' }
  /** `claimedIds`: which of the rows with a lease are new, and so the caller's. */
  | { readonly kind: 'stored'; readonly claimedIds: readonly string[] };

export interface InsertEventOptions {
  /** The caller's own transaction, as its ORM knows it: the rows exist if and only if it commits. */
  readonly transaction?: unknown;
  /** Set when this process fans the events out itself at once: nobody else claims them before this instant. */
  readonly leasedUntil?: number;
  /** Nobody claims the events before this instant, whatever becomes of who stored them. */
  readonly dueAt?: number;
  /** Events of the same transaction, by their ids, which are taken out with the same write. */
  readonly replacing?: readonly string[];
  /** The name of a table: where the store records its changes by itself, nothing is stored. */
  readonly unlessCaptured?: string;
}

/** An event with its idempotency key. */
export interface KeyedEvent {
  readonly event: EventRecord;
  readonly key: string;
}

/** Of an event with an idempotency key: the one that its account has with this key, itself or another. */
export interface InsertedOnce {
  readonly event: EventRecord;
  readonly isNew: boolean;
}

export interface EventQuery extends Scope, Page {
  /** An exact event type. */
  readonly type?: string;
  readonly subjectType?: string;
  readonly subjectId?: string;
  readonly visibility?: Visibility;
}

/** A committed event that was not fanned out. */
export interface ClaimedEvent {
  readonly event: EventRecord;
  /** Whether the process that dispatched it ran its sync listeners. */
  readonly isHeard: boolean;
}

/** Which events to erase: one by its id, or all of a subject. */
export type EraseQuery = Scope &
  ({ readonly id: string } | { readonly subjectType: string; readonly subjectId: string });

export interface EventStore {
  /** All or none. An id that is there already is an error of the caller. */
  insert(events: readonly EventRecord[], options?: InsertEventOptions): Promise<void>;
  /**
   * Stores each event unless its account has one with its key. Answers, in the same order, what is there
   * then; of two at the same time one is new, and the other waits until it is known whether that one committed.
   */
  insertOnce(
    events: readonly KeyedEvent[],
    options?: Pick<InsertEventOptions, 'transaction' | 'leasedUntil' | 'dueAt'>,
  ): Promise<readonly InsertedOnce[]>;
  /** Committed events that were not fanned out and are leased by nobody, oldest first. Each is given to one caller only. */
  claim(request: EventClaimRequest): Promise<readonly ClaimedEvent[]>;
  /** Prolongs the hold on events that this process has in hand. Those fanned out meanwhile are passed over. */
  renew(ids: readonly string[], leasedUntil: number): Promise<void>;
  /** Gives events back that were not fanned out, for anybody to claim at once. */
  release(ids: readonly string[], mark: Pick<ClaimedEvent, 'isHeard'>): Promise<void>;
  /**
   * In one transaction: stores what is owed (a row that is there already stays) and marks the events as fanned out.
   * An event that is so marked already, by another process or by `erase`, owes nothing more.
   */
  settle(fanOut: FanOut): Promise<FannedOut>;
  get(id: string, scope: Scope): Promise<EventRecord | null>;
  list(query: EventQuery): Promise<readonly EventRecord[]>;
  /**
   * Takes the content out of events (`erasedPayload`), and out of all that was kept of it: what receivers answered,
   * errors of listeners, the requests that became them. What is still owed, also where it is claimed, is cancelled
   * as `event-erased`. In one transaction per 1,000 events. Answers how many there are, whenever they were erased.
   */
  erase(query: EraseQuery, now: number): Promise<number>;
}
