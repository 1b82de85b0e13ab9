import type { AttemptRecord } from '../delivery/attempt.js';
import type { DeliveryRecord, DeliveryState, Hold } from '../delivery/delivery.js';
import type { WebhookRecord } from '../delivery/webhook.js';
import type { RateLimit } from '../delivery/webhook-settings.js';
import type { EventRecord, Visibility } from '../events/event.js';
import type { ReceiptRecord } from '../inbound/receipt.js';
import type { RunRecord } from '../listeners/run.js';
import type { HealthStore } from './health-store.js';
import type { QuarantineStore } from './quarantine-store.js';
import type { PruneRequest, PruneResult } from './retention.js';
import type { SnapshotRecord, SnapshotStore } from './snapshot-store.js';
import type { WakeUps } from './wake-ups.js';
import type {
  ClaimedDelivery,
  ClaimedRun,
  ClaimRequest,
  DeliveryResult,
  GroupClaimRequest,
  HeldDelivery,
  RunResult,
  WorkStore,
} from './work-store.js';

/** Whose rows a call may touch: without `accountId`, everyone's; `null` is the account of an app with one tenant. */
export interface Scope {
  readonly accountId?: string | null;
}

/** Newest first by id; `before` is the id of the last row of the page before this one. */
export interface Page {
  readonly limit: number;
  readonly before?: string;
}

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

/** What a webhook may be changed into. */
export type WebhookPatch = Partial<
  Pick<
    WebhookRecord,
    | 'url'
    | 'subscriptions'
    | 'description'
    | 'active'
    | 'disabled'
    | 'paused'
    | 'secrets'
    | 'settings'
    | 'credentials'
  >
> & { readonly updatedAt: number };

/** What a webhook must still be for a change to be made. */
export type WebhookExpectation = Partial<
  Pick<WebhookRecord, 'url' | 'secrets' | 'active' | 'disabled' | 'paused' | 'settings' | 'credentials'>
>;

export interface WebhookStore {
  /** With the snapshots that it asked for: all or none. */
  insert(webhook: WebhookRecord, snapshots?: readonly SnapshotRecord[]): Promise<void>;
  /**
   * The changed row, or null where the scope has no such webhook, or none that is still as `onlyIf` says: of two
   * callers who read the same row and change what they read, one gets null. Events that tell of the change are stored
   * with it.
   */
  update(
    id: string,
    scope: Scope,
    patch: WebhookPatch,
    onlyIf?: WebhookExpectation,
    events?: readonly EventRecord[],
  ): Promise<WebhookRecord | null>;
  /** False where the scope has no such webhook. Its past deliveries stay; what is put aside is due, to be cancelled. */
  delete(id: string, scope: Scope): Promise<boolean>;
  get(id: string, scope: Scope): Promise<WebhookRecord | null>;
  list(query: Scope & Page): Promise<readonly WebhookRecord[]>;
  /** The webhooks of these accounts, active or not. `null` asks for those of the app with one tenant. */
  ofAccounts(accountIds: readonly (string | null)[]): Promise<AccountWebhooks>;
}

export interface AccountWebhooks {
  readonly webhooks: readonly WebhookRecord[];
  /** Differs from the version of an earlier answer if any webhook of any account was changed in between. */
  readonly version: string;
}

export interface DeliveryQuery extends Scope, Page {
  readonly state?: DeliveryState;
  readonly webhookId?: string;
  readonly eventId?: string;
  readonly eventType?: string;
}

/** So many turns of a webhook with a rate limit. */
export interface TurnRequest {
  readonly webhookId: string;
  readonly turns: number;
  readonly rate: RateLimit;
}

/** A group whose first may begin. */
export interface GroupTurn {
  readonly groupKey: string;
  /** How long the first waits for others to go with it, in milliseconds. */
  readonly waitMs: number;
  /** So many that go together wait for no more. Null: they wait in any case. */
  readonly maxItems: number | null;
}

/** A delivery that is due, or will be. */
export interface Promoted {
  readonly id: string;
  readonly dueAt: number;
}

export interface DeliveryStore extends WorkStore<ClaimedDelivery, DeliveryResult> {
  get(id: string, scope: Scope): Promise<DeliveryRecord | null>;
  list(query: DeliveryQuery): Promise<readonly DeliveryRecord[]>;
  /** All that these events owed, by id. */
  ofEvents(eventIds: readonly string[]): Promise<readonly DeliveryRecord[]>;
  /**
   * Makes one more attempt due now: the state becomes `pending`, `manual` true. Answers the row, or null where
   * the scope has no such delivery; throws STATE_CONFLICT while an attempt is due or running (`pending`, `delivering`),
   * and EVENT_ERASED.
   */
  redeliver(id: string, scope: Scope, now: number): Promise<DeliveryRecord | null>;
  /**
   * Puts claimed deliveries aside until their `nextAttemptAt`, and ends their leases. What is held as `paused` is due at
   * once where its webhook is paused no more. Those whose lease was lost are passed over.
   */
  hold(deliveries: readonly HeldDelivery[]): Promise<void>;
  /**
   * Takes deliveries of a webhook out of their groups, those that are held in them, and makes them due: from now on none waits
   * for another. Answers how many there were.
   */
  ungroup(webhookId: string, now: number): Promise<number>;
  /** Makes due what is held for one of these reasons, of a webhook, and leased by nobody: the oldest, up to a limit, where one is given. Answers how many there were. */
  resume(webhookId: string, holds: readonly Hold[], now: number, limit?: number): Promise<number>;
  /**
   * Gives each group its turn. Of one in order: makes its first owed delivery due, where that is held as `predecessor`, and
   * no event waits to be fanned out that was stored before its event and that the group is about. Of one that goes
   * together: makes the first that was not attempted due, where that is held as `debounce` or `batch`, `waitMs` after it
   * was made, or now where `maxItems` wait. Answers those whose time that changed.
   */
  promote(turns: readonly GroupTurn[], now: number): Promise<readonly Promoted[]>;
  /** Groups whose first waits without end: what `promote` did not come to, since a process died. */
  waitingGroups(limit: number): Promise<readonly string[]>;
  /**
   * Claims others of a group, due or held for each other (`debounce`, `batch`), oldest first; of one that is debounced
   * also those that wait to be tried again.
   */
  claimGroup(request: GroupClaimRequest): Promise<readonly ClaimedDelivery[]>;
  /**
   * The next turns of webhooks with a rate limit, each webhook named once, one behind the other over all processes. Answers
   * the instant of the first of each; each next one is `perMs / count` later.
   */
  reserveTurns(requests: readonly TurnRequest[], now: number): Promise<readonly number[]>;
  /** Those reserved count no more: the next turn of the webhook is at once. */
  forgetTurns(webhookId: string): Promise<void>;
  /** All attempts of a delivery, by number. */
  attempts(deliveryId: string): Promise<readonly AttemptRecord[]>;
}

export type RunStore = WorkStore<ClaimedRun, RunResult>;

/** A request to be recorded, with the event it becomes. */
export interface Arrival {
  readonly receipt: ReceiptRecord;
  readonly event: EventRecord;
}

export interface ReceiptStore {
  /**
   * In one transaction, for each arrival: stores receipt and event if the source has not seen the dedupe key,
   * nothing otherwise. Answers, in the same order, whether each was new. Of two at the same time one is new.
   */
  record(
    arrivals: readonly Arrival[],
    options?: Pick<InsertEventOptions, 'leasedUntil'>,
  ): Promise<readonly boolean[]>;
  get(id: string): Promise<ReceiptRecord | null>;
}

/**
 * Where events, webhooks, deliveries, attempts and receipts live. Plain objects in and out; lists in, lists
 * out, so that the cost of one falls under load. Instants are milliseconds since the Unix epoch.
 */
export interface Store {
  readonly name: string;
  /** Whether what is stored outlives the process. */
  readonly durable: boolean;
  readonly events: EventStore;
  readonly webhooks: WebhookStore;
  readonly deliveries: DeliveryStore;
  readonly runs: RunStore;
  readonly receipts: ReceiptStore;
  readonly snapshots: SnapshotStore;
  readonly health: HealthStore;
  readonly quarantine: QuarantineStore;
  /** Called once before anything else: reachable, tables there. Throws STORE_UNAVAILABLE or MIGRATION_PENDING. */
  open(): Promise<void>;
  /**
   * Calls back after the caller's outermost transaction ended: a hint to look for new events, no proof that it
   * committed (Sequelize 6 calls it after a failed COMMIT, too: sequelize#14902).
   */
  afterCommit(transaction: unknown, callback: () => void): void;
  /** Absent where no other process can see this store. */
  readonly wakeUps?: WakeUps;
  /** Removes old rows of one kind, never one that is owed. Rows that somebody else has in hand are passed over. */
  prune(request: PruneRequest): Promise<PruneResult>;
  /** The transaction that the caller is in without having named it (Sequelize's CLS), if there is one. */
  ambientTransaction?(): unknown;
}
