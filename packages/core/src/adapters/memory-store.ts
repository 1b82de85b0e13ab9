import type { AttemptRecord } from '../delivery/attempt.js';
import type { DeliveryRecord } from '../delivery/delivery.js';
import type { WebhookRecord } from '../delivery/webhook.js';
import type { ReceiptRecord } from '../inbound/receipt.js';
import type { RunRecord } from '../listeners/run.js';
import type { Store } from '../ports/store.js';
import { MemoryDeliveries } from './memory-deliveries.js';
import { type EventRow, MemoryEvents, MemoryReceipts } from './memory-events.js';
import { pruneRows } from './memory-retention.js';
import { MemoryWebhooks } from './memory-webhooks.js';
import { MemoryRuns, WorkRows } from './memory-work.js';
import { afterCommit } from './transaction-hooks.js';

/** The tables of a memory store: maps in the order of insertion. */
export interface Tables {
  readonly events: Map<string, EventRow>;
  readonly webhooks: Map<string, WebhookRecord>;
  readonly deliveries: WorkRows<DeliveryRecord>;
  readonly attempts: Map<string, AttemptRecord[]>;
  readonly runs: WorkRows<RunRecord>;
  readonly receipts: Map<string, ReceiptRecord>;
  readonly receiptKeys: Set<string>;
}

/**
 * The store of a hub that was given none: everything in this process's memory, lost when it ends. It is for
 * development and tests.
 *
 * With a transaction an event shows after `afterCommit`, and so not at all where the outermost one rolls back; but
 * that of a savepoint which was rolled back alone is kept. A SQL store keeps neither.
 */
export function memoryStore(): Store {
  const tables: Tables = {
    events: new Map(),
    webhooks: new Map(),
    deliveries: new WorkRows(),
    attempts: new Map(),
    runs: new WorkRows(),
    receipts: new Map(),
    receiptKeys: new Set(),
  };
  const events = new MemoryEvents(tables);
  return {
    name: 'memory',
    durable: false,
    events,
    webhooks: new MemoryWebhooks(tables),
    deliveries: new MemoryDeliveries(tables),
    runs: new MemoryRuns(tables),
    receipts: new MemoryReceipts(tables, events),
    open: async () => {},
    afterCommit,
    prune: async (request) => pruneRows(tables, request),
  };
}
