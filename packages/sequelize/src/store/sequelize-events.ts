import type {
  ClaimRequest,
  DeliveryRecord,
  EventQuery,
  EventRecord,
  EventStore,
  FanOut,
  InsertEventOptions,
  RunRecord,
  Scope,
} from '@hookline/core';
import {
  type Columns,
  columnList,
  DELIVERY_COLUMNS,
  EVENT_COLUMNS,
  RUN_COLUMNS,
  selectList,
  toRecord,
} from '../columns.js';
import { inScope, isAsked, pageOf, where } from '../conditions.js';
import { Binds, type Database } from '../database.js';
import { insertEventRows } from './event-rows.js';

/** Events, and the outbox: one row for each event that was not fanned out. */
export class SequelizeEvents implements EventStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(events: readonly EventRecord[], options: InsertEventOptions = {}): Promise<void> {
    if (events.length === 0) return;
    const binds = new Binds();
    const ctes = insertEventRows(this.#database.tables, binds, events, { leasedUntil: options.leasedUntil });
    await this.#database.run(`WITH ${ctes} SELECT`, binds, options.transaction ?? null);
  }

  async claim({ ids, limit, now, leaseMs }: ClaimRequest): Promise<readonly EventRecord[]> {
    const { outbox, events } = this.#database.tables;
    const binds = new Binds();
    const conditions = [`"leased_until" <= ${binds.add('bigint', now)}`];
    if (ids) conditions.push(`"event_id" = ANY(${binds.addAll('text', ids)})`);
    const rows = await this.#database.run(
      `WITH due AS MATERIALIZED (
        SELECT "event_id" FROM ${outbox} ${where(conditions)}
        ORDER BY "event_id" LIMIT ${binds.add('bigint', limit)} FOR UPDATE SKIP LOCKED
      ), claimed AS (
        UPDATE ${outbox} AS target SET "leased_until" = ${binds.add('bigint', now + leaseMs)}
        FROM due WHERE target."event_id" = due."event_id" RETURNING target."event_id"
      )
      SELECT ${selectList(EVENT_COLUMNS, 'event')}
      FROM claimed JOIN ${events} AS event ON event."id" = claimed."event_id" ORDER BY event."id"`,
      binds,
    );
    return rows.map((row) => toRecord(EVENT_COLUMNS, row));
  }

  async settle({ eventIds, deliveries, runs }: FanOut): Promise<void> {
    const { tables } = this.#database;
    const binds = new Binds();
    const owed = [
      ...insertNew<DeliveryRecord>(binds, 'owed_deliveries', tables.deliveries, DELIVERY_COLUMNS, deliveries),
      ...insertNew<RunRecord>(binds, 'owed_runs', tables.runs, RUN_COLUMNS, runs),
    ];
    const ctes = owed.length > 0 ? `WITH ${owed.join(', ')}` : '';
    const done = `DELETE FROM ${tables.outbox} WHERE "event_id" = ANY(${binds.addAll('text', eventIds)})`;
    await this.#database.run(`${ctes} ${done}`, binds);
  }

  async get(id: string, scope: Scope): Promise<EventRecord | null> {
    const binds = new Binds();
    const conditions = [...isAsked(binds, { id }), ...inScope(binds, scope)];
    const [row] = await this.#select(binds, where(conditions));
    return row ?? null;
  }

  async list(query: EventQuery): Promise<readonly EventRecord[]> {
    const { type, subjectType, subjectId, visibility } = query;
    const binds = new Binds();
    const asked = { type, subjectType, subjectId, visibility };
    const conditions = [...inScope(binds, query), ...isAsked(binds, asked)];
    return this.#select(binds, pageOf(binds, conditions, query));
  }

  async #select(binds: Binds, rest: string): Promise<readonly EventRecord[]> {
    const columns = selectList(EVENT_COLUMNS, 'event');
    const rows = await this.#database.run(
      `SELECT ${columns} FROM ${this.#database.tables.events} AS event ${rest}`,
      binds,
    );
    return rows.map((row) => toRecord(EVENT_COLUMNS, row));
  }
}

/** A fan-out that is done twice stores each row once: ids are made from what they stand for. */
function insertNew<Item>(
  binds: Binds,
  name: string,
  table: string,
  columns: Columns<Item>,
  items: readonly Item[],
): readonly string[] {
  if (items.length === 0) return [];
  const list = columnList(columns);
  const rows = binds.addRows(columns, items, 'item');
  return [
    `${name} AS (INSERT INTO ${table} (${list}) SELECT ${list} FROM ${rows} ON CONFLICT ("id") DO NOTHING)`,
  ];
}
