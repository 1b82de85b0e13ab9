import type { AttemptRecord } from '../delivery/attempt.js';
import type { DeliveryRecord, DeliveryState, Hold } from '../delivery/delivery.js';
import type { RateLimit } from '../delivery/webhook-settings.js';
import type { Page, Scope } from './scope.js';
import type {
  ClaimedDelivery,
  ClaimedRun,
  DeliveryResult,
  GroupClaimRequest,
  HeldDelivery,
  RunResult,
  WorkStore,
} from './work-store.js';

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

/** A delivery or a run that is due, or will be. */
export interface Promoted {
  readonly id: string;
  readonly dueAt: number;
}

/** Rows that have to do with each other: each group has its turns. */
export interface GroupStore {
  /**
   * Gives each group its turn. Of one in order: makes its first owed row due, where that is held as `predecessor`, and
   * no event waits to be fanned out that was stored before its event and that the group is about. Of one that goes
   * together: makes the first that was not attempted due, where that is held as `debounce` or `batch`, `waitMs` after it
   * was made, or now where `maxItems` wait. Answers those whose time that changed.
   */
  promote(turns: readonly GroupTurn[], now: number): Promise<readonly Promoted[]>;
  /** Groups whose first waits without end: what `promote` did not come to, since a process died. */
  waitingGroups(limit: number): Promise<readonly string[]>;
}

export interface DeliveryStore extends WorkStore<ClaimedDelivery, DeliveryResult>, GroupStore {
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

export interface RunStore extends WorkStore<ClaimedRun, RunResult>, GroupStore {
  /**
   * In one transaction, which `work` is given to write in: does the work, and moves the row on as its result says. Answers
   * whether that committed: where `work` answers null, or where the lease is not the result's any more when it has, all of
   * it is rolled back. No lock on the row is held while `work` goes on. The transaction is null where the store has none.
   *
   * Rejects with what `work` rejects with and with what kept the transaction from committing, rolled back; and with
   * STORE_UNAVAILABLE, where it may have committed if `work` had answered: then no claim gives out the row again.
   */
  settleWith(work: (transaction: unknown) => Promise<RunResult | null>): Promise<boolean>;
}
