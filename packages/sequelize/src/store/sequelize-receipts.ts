import type {
  Arrival,
  InsertEventOptions,
  ReceiptQuery,
  ReceiptRecord,
  ReceiptStore,
  ReceiptSummary,
  RejectionRecord,
} from '@hookline/core';
import { Binds } from '../binds.js';
import {
  type Columns,
  columnList,
  RECEIPT_COLUMNS,
  REJECTION_COLUMNS,
  reader,
  selectList,
} from '../columns.js';
import { isAsked, pageOf, where } from '../conditions.js';
import type { Database } from '../database.js';
import { insertEventRows } from './event-rows.js';

const { headers: _headers, body: _body, ...summaryColumns } = RECEIPT_COLUMNS;
const SUMMARY_COLUMNS: Columns<ReceiptSummary> = summaryColumns;
const readReceipt = reader(RECEIPT_COLUMNS);
const readSummary = reader(SUMMARY_COLUMNS);
const readRejection = reader(REJECTION_COLUMNS);

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

  /**
   * Without an index of its own, which every request would pay for: the newest of a source with many are soon found among
   * all, those of one with few by the unique key.
   */
  async list({ source, ...page }: ReceiptQuery): Promise<readonly ReceiptSummary[]> {
    const binds = new Binds();
    const rows = await this.#database.run(
      `SELECT ${selectList(SUMMARY_COLUMNS, 'receipt')}
      FROM ${this.#database.tables.receipts} AS receipt ${pageOf(binds, isAsked(binds, { source }), page)}`,
      binds,
    );
    return rows.map(readSummary);
  }

  /** In the order of their ids: two processes may add to the same. */
  async reject(rejections: readonly RejectionRecord[]): Promise<void> {
    if (rejections.length === 0) return;
    const binds = new Binds();
    const list = columnList(REJECTION_COLUMNS);
    await this.#database.run(
      `INSERT INTO ${this.#database.tables.rejections} AS known (${list})
      SELECT ${list} FROM ${binds.addRows(REJECTION_COLUMNS, rejections, 'item')} ORDER BY "id"
      ON CONFLICT ("id") DO UPDATE SET "count" = known."count" + excluded."count",
        "first_at" = least(known."first_at", excluded."first_at"),
        "last_at" = greatest(known."last_at", excluded."last_at"),
        "sample" = CASE WHEN excluded."last_at" >= known."last_at" THEN excluded."sample" ELSE known."sample" END`,
      binds,
    );
  }

  async rejections({ source, ...page }: ReceiptQuery): Promise<readonly RejectionRecord[]> {
    const binds = new Binds();
    const rows = await this.#database.run(
      `SELECT ${selectList(REJECTION_COLUMNS, 'rejection')}
      FROM ${this.#database.tables.rejections} AS rejection ${pageOf(binds, isAsked(binds, { source }), page)}`,
      binds,
    );
    return rows.map(readRejection);
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
