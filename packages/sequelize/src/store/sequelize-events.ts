import type {
  ClaimedEvent,
  EraseQuery,
  EventClaimRequest,
  EventQuery,
  EventRecord,
  EventStore,
  FannedOut,
  FanOut,
  InsertEventOptions,
  InsertedOnce,
  KeyedEvent,
  Scope,
} from '@hookline/core';
import { Binds } from '../binds.js';
import { EVENT_COLUMNS, reader, selectList } from '../columns.js';
import { inScope, isAmong, isAsked, isOneOf, pageOf, where } from '../conditions.js';
import type { Database } from '../database.js';
import { isCaptured } from '../trigger/capture-name.js';
import { insertEventKeys, KEY_COLUMNS, toKeyRow } from './event-keys.js';
import { insertEventRows } from './event-rows.js';
import { fanOutSql } from './fan-out-rows.js';
import { eraseEvents } from './sequelize-erasure.js';

const readEvent = reader(EVENT_COLUMNS);

function toKey(accountId: string | null, key: string): string {
  return JSON.stringify([accountId ?? '', key]);
}

/** Events, and the outbox: one row for each event that was not fanned out. */
export class SequelizeEvents implements EventStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(events: readonly EventRecord[], options: InsertEventOptions = {}): Promise<void> {
    const { leasedUntil, dueAt, replacing = [], unlessCaptured, transaction = null } = options;
    if (events.length === 0 && replacing.length === 0) return;
    const { tables } = this.#database;
    const only = unlessCaptured === undefined ? {} : { only: `NOT (${isCaptured(tables, unlessCaptured)})` };
    const binds = new Binds();
    const ctes = insertEventRows(tables, binds, events, { leasedUntil, dueAt, replacing, ...only });
    await this.#database.run(`WITH ${ctes} SELECT`, binds, transaction);
  }

  /** A key that another transaction has just taken is waited for: then that one committed, or the key is free. */
  async insertOnce(
    asked: readonly KeyedEvent[],
    options: Pick<InsertEventOptions, 'transaction' | 'leasedUntil' | 'dueAt'> = {},
  ): Promise<readonly InsertedOnce[]> {
    const { transaction = null, ...rows } = options;
    const binds = new Binds();
    const keys = insertEventKeys(this.#database.tables, binds, asked);
    const events = asked.map(({ event }) => event);
    const only = 'item."id" IN (SELECT "event_id" FROM taken)';
    const ctes = insertEventRows(this.#database.tables, binds, events, { ...rows, only });
    const stored = await this.#database.run(
      `WITH ${keys}, ${ctes} SELECT "id" FROM stored`,
      binds,
      transaction,
    );
    const ids = new Set(stored.map(({ id }) => id));
    const known = await this.#withKeys(
      asked.filter(({ event }) => !ids.has(event.id)),
      transaction,
    );
    return asked.map(({ event, key }) =>
      ids.has(event.id)
        ? { event, isNew: true }
        : { event: known.get(toKey(event.accountId, key)) ?? event, isNew: false },
    );
  }

  async #withKeys(
    asked: readonly KeyedEvent[],
    transaction: unknown,
  ): Promise<ReadonlyMap<string, EventRecord>> {
    if (asked.length === 0) return new Map();
    const { events, event_keys } = this.#database.tables;
    const binds = new Binds();
    const keys = binds.addRows(KEY_COLUMNS, asked.map(toKeyRow), 'asked');
    const rows = await this.#database.run(
      `SELECT ${selectList(EVENT_COLUMNS, 'event')}, known."key" FROM ${keys}
      JOIN ${event_keys} AS known ON known."account_id" = asked."account_id" AND known."key" = asked."key"
      JOIN ${events} AS event ON event."id" = known."event_id"`,
      binds,
      transaction,
    );
    return new Map(
      rows.map((row) => {
        const event = readEvent(row);
        return [toKey(event.accountId, String(row.key)), event];
      }),
    );
  }

  async claim({ ids, limit, now, leaseMs }: EventClaimRequest): Promise<readonly ClaimedEvent[]> {
    const { outbox, events } = this.#database.tables;
    const binds = new Binds();
    const conditions = [`"leased_until" <= ${binds.add('bigint', now)}`];
    if (ids) conditions.push(isOneOf(binds, '"event_id"', ids));
    const rows = await this.#database.run(
      `WITH due AS MATERIALIZED (
        SELECT "event_id" FROM ${outbox} ${where(conditions)}
        ORDER BY "event_id" LIMIT ${binds.add('bigint', limit)} FOR UPDATE SKIP LOCKED
      ), claimed AS (
        UPDATE ${outbox} AS target SET "leased_until" = ${binds.add('bigint', now + leaseMs)}
        WHERE ${isAmong('target."event_id"', 'due', '"event_id"')} RETURNING target."event_id", target."heard"
      )
      SELECT ${selectList(EVENT_COLUMNS, 'event')}, claimed."heard"
      FROM claimed JOIN ${events} AS event ON event."id" = claimed."event_id" ORDER BY event."id"`,
      binds,
    );
    return rows.map((row) => ({ event: readEvent(row), isHeard: row.heard === true }));
  }

  renew(ids: readonly string[], leasedUntil: number): Promise<void> {
    const binds = new Binds();
    return this.#change(binds, ids, `"leased_until" = ${binds.add('bigint', leasedUntil)}`);
  }

  release(ids: readonly string[], { isHeard }: Pick<ClaimedEvent, 'isHeard'>): Promise<void> {
    const binds = new Binds();
    const heard = `target."heard" OR ${binds.add('boolean', isHeard)}`;
    return this.#change(binds, ids, `"leased_until" = coalesce("due_at", 0), "heard" = ${heard}`);
  }

  async settle(fanOut: FanOut): Promise<FannedOut> {
    const binds = new Binds();
    const [row] = await this.#database.run(fanOutSql(this.#database.tables, binds, fanOut), binds);
    if (row?.isStale) return { kind: 'stale' };
    return { kind: 'stored', claimedIds: JSON.parse(String(row?.claimedIds ?? '[]')) };
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

  erase(query: EraseQuery, now: number): Promise<number> {
    return eraseEvents(this.#database, query, now);
  }

  /** Passes over a row that is just being fanned out, and waits for none. */
  async #change(binds: Binds, ids: readonly string[], changes: string): Promise<void> {
    const { outbox } = this.#database.tables;
    await this.#database.run(
      `WITH held AS MATERIALIZED (
        SELECT "event_id" FROM ${outbox} WHERE ${isOneOf(binds, '"event_id"', ids)} FOR UPDATE SKIP LOCKED
      )
      UPDATE ${outbox} AS target SET ${changes} WHERE ${isAmong('target."event_id"', 'held', '"event_id"')}`,
      binds,
    );
  }

  async #select(binds: Binds, rest: string): Promise<readonly EventRecord[]> {
    const columns = selectList(EVENT_COLUMNS, 'event');
    const rows = await this.#database.run(
      `SELECT ${columns} FROM ${this.#database.tables.events} AS event ${rest}`,
      binds,
    );
    return rows.map(readEvent);
  }
}
