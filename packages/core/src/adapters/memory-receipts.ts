import type { ReceiptRecord, ReceiptSummary } from '../inbound/receipt.js';
import { joinRejections, type RejectionRecord } from '../inbound/rejection.js';
import type { Arrival, EventStore, InsertEventOptions, ReceiptQuery, ReceiptStore } from '../ports/store.js';
import { addPart } from './memory-events.js';
import { isAsked, page, receiptKey } from './memory-rows.js';
import type { Tables } from './memory-store.js';

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

  async list(query: ReceiptQuery): Promise<readonly ReceiptSummary[]> {
    return pageOfSource(this.#tables.receipts.values(), query).map(
      ({ headers, body, ...summary }) => summary,
    );
  }

  async reject(rejections: readonly RejectionRecord[]): Promise<void> {
    for (const rejection of rejections) {
      const known = this.#tables.rejections.get(rejection.id);
      this.#tables.rejections.set(rejection.id, known ? joinRejections(known, rejection) : rejection);
    }
  }

  async rejections(query: ReceiptQuery): Promise<readonly RejectionRecord[]> {
    return pageOfSource(this.#tables.rejections.values(), query);
  }

  async #recordOne(
    { receipt, event }: Arrival,
    options: Pick<InsertEventOptions, 'leasedUntil'>,
  ): Promise<boolean> {
    const key = receiptKey(receipt);
    if (this.#tables.receiptKeys.has(key)) return false;
    this.#tables.receiptKeys.add(key);
    this.#tables.receipts.set(receipt.id, receipt);
    addPart(this.#tables, event.id, { kind: 'receipts', id: receipt.id });
    await this.#events.insert([event], options);
    return true;
  }
}

function pageOfSource<Row extends { readonly id: string; readonly source: string }>(
  rows: Iterable<Row>,
  query: ReceiptQuery,
): Row[] {
  return page(
    [...rows].filter(({ source }) => isAsked(query.source, source)),
    query,
  );
}
