import type { EventRecord } from '../events/event.js';
import type { ReceiptRecord } from '../inbound/receipt.js';
import type {
  Arrival,
  ClaimRequest,
  EventQuery,
  EventStore,
  FanOut,
  InsertEventOptions,
  ReceiptStore,
  Scope,
} from '../ports/store.js';
import { inScope, isAsked, type Leased, page, UNLEASED } from './memory-rows.js';
import type { Tables } from './memory-store.js';
import { afterCommit } from './transaction-hooks.js';

export interface EventRow extends Leased {
  readonly record: EventRecord;
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

  async claim({ ids, limit, now, leaseMs, lease }: ClaimRequest): Promise<readonly EventRecord[]> {
    const rows = [...this.#waiting]
      .filter((id) => ids === undefined || ids.includes(id))
      .flatMap((id) => this.#tables.events.get(id) ?? [])
      .filter((row) => row.leasedUntil <= now)
      .slice(0, limit);
    for (const row of rows)
      this.#tables.events.set(row.record.id, { ...row, lease, leasedUntil: now + leaseMs });
    return rows.map((row) => row.record);
  }

  async settle({ eventIds, deliveries, runs }: FanOut): Promise<void> {
    for (const record of deliveries) {
      if (!this.#tables.deliveries.has(record.id))
        this.#tables.deliveries.set(record.id, { record, ...UNLEASED });
    }
    for (const record of runs) {
      if (!this.#tables.runs.has(record.id)) this.#tables.runs.set(record.id, { record, ...UNLEASED });
    }
    for (const id of eventIds) this.#markFannedOut(id);
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

  #add(events: readonly EventRecord[], leasedUntil = 0): void {
    for (const record of events) {
      this.#tables.events.set(record.id, { record, isFannedOut: false, lease: null, leasedUntil });
      this.#waiting.add(record.id);
    }
  }

  #markFannedOut(id: string): void {
    const row = this.#tables.events.get(id);
    if (row) this.#tables.events.set(id, { ...row, ...UNLEASED, isFannedOut: true });
    this.#waiting.delete(id);
  }
}

export class MemoryReceipts implements ReceiptStore {
  readonly #tables: Tables;
  readonly #events: EventStore;
  readonly #seen = new Set<string>();

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
    const key = JSON.stringify([receipt.source, receipt.dedupeKey]);
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    this.#tables.receipts.set(receipt.id, receipt);
    await this.#events.insert([event], options);
    return true;
  }
}
