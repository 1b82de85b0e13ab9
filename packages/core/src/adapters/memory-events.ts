import type { EventRecord } from '../events/event.js';
import type { ReceiptRecord } from '../inbound/receipt.js';
import type {
  Arrival,
  ClaimedEvent,
  EraseQuery,
  EventClaimRequest,
  EventQuery,
  EventStore,
  FanOut,
  InsertEventOptions,
  ReceiptStore,
  Scope,
} from '../ports/store.js';
import { eraseEvents } from './memory-retention.js';
import { inScope, isAsked, page, receiptKey, UNLEASED } from './memory-rows.js';
import type { Tables } from './memory-store.js';
import { afterCommit } from './transaction-hooks.js';

export interface EventRow {
  readonly record: EventRecord;
  readonly leasedUntil: number;
  readonly isHeard: boolean;
  readonly isFannedOut: boolean;
}

export class MemoryEvents implements EventStore {
  readonly #tables: Tables;
  /** Those not fanned out, so that a claim does not read all there ever were. */
  readonly #waiting = new Set<string>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  async insert(events: readonly EventRecord[], options: InsertEventOptions = {}): Promise<void> {
    const known = events.find(({ id }) => this.#tables.events.has(id));
    if (known) throw new Error(`event ${known.id} is stored already`);
    if (options.transaction === undefined) return this.#add(events, options.leasedUntil);
    afterCommit(options.transaction, () => this.#add(events, options.leasedUntil));
  }

  async claim({ ids, limit, now, leaseMs }: EventClaimRequest): Promise<readonly ClaimedEvent[]> {
    const rows = [...this.#waiting]
      .filter((id) => ids === undefined || ids.includes(id))
      .flatMap((id) => this.#tables.events.get(id) ?? [])
      .filter((row) => row.leasedUntil <= now)
      .slice(0, limit);
    for (const row of rows) this.#tables.events.set(row.record.id, { ...row, leasedUntil: now + leaseMs });
    return rows.map(({ record, isHeard }) => ({ event: record, isHeard }));
  }

  async renew(ids: readonly string[], leasedUntil: number): Promise<void> {
    this.#changeWaiting(ids, (row) => ({ ...row, leasedUntil }));
  }

  async release(ids: readonly string[], { isHeard }: Pick<ClaimedEvent, 'isHeard'>): Promise<void> {
    this.#changeWaiting(ids, (row) => ({ ...row, leasedUntil: 0, isHeard: row.isHeard || isHeard }));
  }

  async settle({ eventIds, deliveries, runs }: FanOut): Promise<void> {
    const owing = new Set(eventIds.filter((id) => this.#waiting.has(id)));
    for (const record of deliveries.filter(({ eventId }) => owing.has(eventId))) {
      if (!this.#tables.deliveries.has(record.id))
        this.#tables.deliveries.set(record.id, { record, ...UNLEASED });
    }
    for (const record of runs.filter(({ eventId }) => owing.has(eventId))) {
      if (!this.#tables.runs.has(record.id)) this.#tables.runs.set(record.id, { record, ...UNLEASED });
    }
    for (const id of owing) this.#markFannedOut(id);
  }

  async get(id: string, scope: Scope): Promise<EventRecord | null> {
    const record = this.#tables.events.get(id)?.record;
    return record && inScope(record, scope) ? record : null;
  }

  async list(query: EventQuery): Promise<readonly EventRecord[]> {
    const records = [...this.#tables.events.values()]
      .map((row) => row.record)
      .filter((record) => inScope(record, query) && isAsked(query.type, record.type))
      .filter((record) => isAsked(query.visibility, record.visibility))
      .filter(
        (record) =>
          isAsked(query.subjectType, record.subjectType) && isAsked(query.subjectId, record.subjectId),
      );
    return page(records, query);
  }

  async erase(query: EraseQuery, now: number): Promise<number> {
    const ids = eraseEvents(this.#tables, query, now);
    for (const id of ids) this.#waiting.delete(id);
    return ids.length;
  }

  #add(events: readonly EventRecord[], leasedUntil = 0): void {
    for (const record of events) {
      const row = { record, isHeard: false, isFannedOut: false, leasedUntil };
      this.#tables.events.set(record.id, row);
      this.#waiting.add(record.id);
    }
  }

  #changeWaiting(ids: readonly string[], change: (row: EventRow) => EventRow): void {
    for (const id of ids) {
      const row = this.#waiting.has(id) && this.#tables.events.get(id);
      if (row) this.#tables.events.set(id, change(row));
    }
  }

  #markFannedOut(id: string): void {
    const row = this.#tables.events.get(id);
    if (row) this.#tables.events.set(id, { ...row, leasedUntil: 0, isFannedOut: true });
    this.#waiting.delete(id);
  }
}

export class MemoryReceipts implements ReceiptStore {
  readonly #tables: Tables;
  readonly #events: EventStore;

  constructor(tables: Tables, events: EventStore) {
    this.#tables = tables;
    this.#events = events;
  }

  async record(
    arrivals: readonly Arrival[],
    options: Pick<InsertEventOptions, 'leasedUntil'> = {},
  ): Promise<readonly boolean[]> {
    return Promise.all(arrivals.map((arrival) => this.#recordOne(arrival, options)));
  }

  async get(id: string): Promise<ReceiptRecord | null> {
    return this.#tables.receipts.get(id) ?? null;
  }

  async #recordOne(
    { receipt, event }: Arrival,
    options: Pick<InsertEventOptions, 'leasedUntil'>,
  ): Promise<boolean> {
    const key = receiptKey(receipt);
    if (this.#tables.receiptKeys.has(key)) return false;
    this.#tables.receiptKeys.add(key);
    this.#tables.receipts.set(receipt.id, receipt);
    await this.#events.insert([event], options);
    return true;
  }
}
