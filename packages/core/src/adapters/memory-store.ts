import type { AttemptRecord } from '../delivery/attempt.js';
import type { DeliveryRecord } from '../delivery/delivery.js';
import type { EventRecord } from '../events/event.js';
import type { ReceiptRecord } from '../inbound/receipt.js';
import type { RejectionRecord } from '../inbound/rejection.js';
import type { RunRecord } from '../listeners/run.js';
import { whole } from '../options.js';
import type { Store } from '../ports/store.js';
import { MemoryDeliveries } from './memory-deliveries.js';
import { MemoryEvents } from './memory-events.js';
import { GroupRows } from './memory-groups.js';
import { MemoryHealth } from './memory-health.js';
import { EventHistory } from './memory-history.js';
import { MemoryQuarantine } from './memory-quarantine.js';
import { MemoryReceipts } from './memory-receipts.js';
import { type EventPart, pruneRows } from './memory-retention.js';
import { MemoryRuns } from './memory-runs.js';
import { MemorySnapshots, type SnapshotRow } from './memory-snapshots.js';
import { WaitingEvents } from './memory-waiting.js';
import { MemoryWebhooks, WebhookRows } from './memory-webhooks.js';
import { afterCommit } from './transaction-hooks.js';

/** The tables of a memory store: maps in the order of insertion. */
export interface Tables {
  readonly events: Map<string, EventRecord>;
  readonly waiting: WaitingEvents;
  /** By event. */
  readonly parts: Map<string, EventPart[]>;
  readonly webhooks: WebhookRows;
  readonly deliveries: GroupRows<DeliveryRecord>;
  readonly attempts: Map<string, AttemptRecord[]>;
  readonly runs: GroupRows<RunRecord>;
  readonly receipts: Map<string, ReceiptRecord>;
  readonly receiptKeys: Set<string>;
  readonly rejections: Map<string, RejectionRecord>;
  readonly snapshots: Map<string, SnapshotRow>;
  /** The ids of events by account and idempotency key. */
  readonly eventKeys: Map<string, string>;
}

export interface MemoryStoreOptions {
  /**
   * How many events are kept that were fanned out and owe nothing any more, with their deliveries, attempts, runs and
   * receipts. The oldest are forgotten first. Default 100,000.
   */
  readonly maxFinishedEvents?: number;
}

/**
 * The store of a hub that was given none: everything in this process's memory, lost when it ends. It is for
 * development and tests. What is owed is kept in any case; of the rest, the newest: see `MemoryStoreOptions`. With
 * the receipt of an old event goes the memory of that request: sent again, it is taken for a new one.
 *
 * With a transaction an event shows after `afterCommit`, and so not at all where that, or a savepoint it was written
 * in, rolls back. A failing COMMIT is taken for one that went well: see `Store.afterCommit`.
 *
 * Throws OPTION_INVALID.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const limit = whole('maxFinishedEvents', options.maxFinishedEvents, 100_000, [0, 10_000_000]);
  const tables: Tables = {
    events: new Map(),
    waiting: new WaitingEvents(),
    parts: new Map(),
    webhooks: new WebhookRows(),
    deliveries: new GroupRows(),
    attempts: new Map(),
    runs: new GroupRows(),
    receipts: new Map(),
    receiptKeys: new Set(),
    rejections: new Map(),
    snapshots: new Map(),
    eventKeys: new Map(),
  };
  const events = new MemoryEvents(tables, new EventHistory(tables, limit));
  return {
    name: 'memory',
    durable: false,
    events,
    webhooks: new MemoryWebhooks(tables, events),
    deliveries: new MemoryDeliveries(tables, events),
    runs: new MemoryRuns(tables),
    receipts: new MemoryReceipts(tables, events),
    snapshots: new MemorySnapshots(tables, events),
    health: new MemoryHealth(tables, events),
    quarantine: new MemoryQuarantine(),
    open: async () => {},
    afterCommit,
    prune: async (request) => pruneRows(tables, request),
  };
}
