import type { Arrival, InsertEventOptions, ReceiptRecord, ReceiptStore } from '@hookline/core';
import { Binds } from '../binds.js';
import { columnList, RECEIPT_COLUMNS, reader, selectList } from '../columns.js';
import { isAsked, where } from '../conditions.js';
import type { Database } from '../database.js';
import { insertEventRows } from './event-rows.js';

const readReceipt = reader(RECEIPT_COLUMNS);

export class SequelizeReceipts implements ReceiptStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The unique key decides which of two is new: the second waits for the first, and stores nothing if that commits. */
  async record(
    arrivals: readonly Arrival[],
    options: Pick<InsertEventOptions, 'leasedUntil'> = {},
  ): Promise<readonly boolean[]> {
    if (arrivals.length === 0) return [];
    const { tables } = this.#database;
    const binds = new Binds();
    const receipts = insertNewReceipts(binds, tables.receipts, arrivals);
    const events = insertEventRows(
      tables,
      binds,
      arrivals.map(({ event }) => event),
      { leasedUntil: options.leasedUntil, only: '"id" IN (SELECT "event_id" FROM fresh)' },
    );
    const rows = await this.#database.run(`WITH ${receipts}, ${events} SELECT "id" FROM fresh`, binds);
    const fresh = new Set(rows.map((row) => row.id));
    return arrivals.map(({ receipt }) => fresh.has(receipt.id));
  }

  async get(id: string): Promise<ReceiptRecord | null> {
    const binds = new Binds();
    const [row] = await this.#database.run(
      `SELECT ${selectList(RECEIPT_COLUMNS, 'receipt')}
      FROM ${this.#database.tables.receipts} AS receipt ${where(isAsked(binds, { id }))}`,
      binds,
    );
    return row ? readReceipt(row) : null;
  }
}

/** In the order of the keys, so that two calls with keys in common never wait for each other. */
function insertNewReceipts(binds: Binds, table: string, arrivals: readonly Arrival[]): string {
  const list = columnList(RECEIPT_COLUMNS);
  const items = arrivals.map(({ receipt }) => receipt);
  return `fresh AS (
      INSERT INTO ${table} (${list})
      SELECT ${list} FROM ${binds.addRows(RECEIPT_COLUMNS, sortByKey(items), 'item')}
      ON CONFLICT ("source", "dedupe_key") DO NOTHING
      RETURNING "id", "event_id"
    )`;
}

/** Of equal keys the first stays first. */
function sortByKey(receipts: readonly ReceiptRecord[]): readonly ReceiptRecord[] {
  const keyed = receipts.map((receipt) => ({ receipt, key: `${receipt.source} ${receipt.dedupeKey}` }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ receipt }) => receipt);
}
