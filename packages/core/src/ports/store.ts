import type { EventRecord } from '../events/event.js';
import type { ReceiptRecord, ReceiptSummary } from '../inbound/receipt.js';
import type { RejectionRecord } from '../inbound/rejection.js';
import type { DeliveryStore, RunStore } from './delivery-store.js';
import type { EventStore, InsertEventOptions } from './event-store.js';
import type { HealthStore } from './health-store.js';
import type { QuarantineStore } from './quarantine-store.js';
import type { PruneRequest, PruneResult } from './retention.js';
import type { Page } from './scope.js';
import type { SnapshotStore } from './snapshot-store.js';
import type { WakeUps } from './wake-ups.js';
import type { WebhookStore } from './webhook-store.js';

export type * from './delivery-store.js';
export type * from './event-store.js';
export type * from './scope.js';
export type * from './webhook-store.js';

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
  /** Newest first by id. */
  list(query: ReceiptQuery): Promise<readonly ReceiptSummary[]>;
  /**
   * Adds to those with the same id: counts are summed up, of the samples the newest stays. No two that are given have the
   * same id.
   */
  reject(rejections: readonly RejectionRecord[]): Promise<void>;
  /** Newest first by id, which begins with the hour. */
  rejections(query: ReceiptQuery): Promise<readonly RejectionRecord[]>;
}

/** Without `source`: of all of them. */
export interface ReceiptQuery extends Page {
  readonly source?: string;
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
