import {
  type AttemptRecord,
  type ClaimedDelivery,
  type ClaimRequest,
  type DeliveryQuery,
  type DeliveryRecord,
  type DeliveryResult,
  type DeliveryState,
  type DeliveryStore,
  type HeldClaim,
  HooklineError,
  type Scope,
} from '@hookline/core';
import {
  ATTEMPT_COLUMNS,
  type Columns,
  columnList,
  columnOf,
  DELIVERY_COLUMNS,
  selectList,
  toRecord,
  WEBHOOK_COLUMNS,
} from '../columns.js';
import { inScope, isAsked, pageOf, where } from '../conditions.js';
import { Binds, type Database } from '../database.js';
import type { Row } from '../sequelize-like.js';
import { CONTENT_OF_ATTEMPTS } from './sequelize-erasure.js';
import { WorkTable } from './work-table.js';

type SettledDelivery = Omit<DeliveryResult, 'attempt'>;

const SETTLED_COLUMNS: Columns<SettledDelivery> = {
  id: 'text',
  lease: 'text',
  state: 'text',
  attemptCount: 'integer',
  scheduledAttemptCount: 'integer',
  manual: 'boolean',
  nextAttemptAt: 'bigint',
  reason: 'text',
  finalizedAt: 'bigint',
};

export class SequelizeDeliveries implements DeliveryStore {
  readonly #database: Database;
  readonly #work: WorkTable<DeliveryRecord>;

  constructor(database: Database) {
    this.#database = database;
    this.#work = new WorkTable(database, database.tables.deliveries, DELIVERY_COLUMNS, 'delivering');
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedDelivery[]> {
    const { events, webhooks } = this.#database.tables;
    const binds = new Binds();
    const rows = await this.#database.run(
      `WITH ${this.#work.claim(binds, request)}
      SELECT ${this.#work.select()}, event."payload", ${selectList(WEBHOOK_COLUMNS, 'webhook', { label: 'webhook.' })}
      FROM work JOIN ${events} AS event ON event."id" = work."event_id"
      LEFT JOIN ${webhooks} AS webhook ON webhook."id" = work."webhook_id"`,
      binds,
    );
    return rows.map(toClaimed);
  }

  async settle(results: readonly DeliveryResult[]): Promise<void> {
    if (results.length === 0) return;
    const binds = new Binds();
    const attempts = results.flatMap(({ attempt }) => attempt ?? []);
    const settled = results.map(({ attempt: _, ...result }) => result);
    const rows = await this.#database.run(
      `WITH moved AS (${this.#work.settle(binds, SETTLED_COLUMNS, settled)} RETURNING target."id"), appended AS (
        ${insertAttempts(binds, this.#database.tables.attempts, attempts)}
        JOIN moved ON moved."id" = item."delivery_id" ON CONFLICT DO NOTHING
      )
      SELECT "id" FROM moved`,
      binds,
    );
    const moved = new Set(rows.map((row) => row.id));
    await this.#appendLate(attempts.filter(({ deliveryId }) => !moved.has(deliveryId)));
  }

  /**
   * Attempts of claims that were lost, which may be because the event was erased. The lock waits for an erasure under
   * way, and lets the next one find the attempt.
   */
  async #appendLate(attempts: readonly AttemptRecord[]): Promise<void> {
    if (attempts.length === 0) return;
    const { tables, run } = this.#database;
    const binds = new Binds();
    const ids = attempts.map(({ deliveryId }) => deliveryId);
    await run(
      `WITH known AS MATERIALIZED (
        SELECT delivery."id", event."erased_at" FROM ${tables.deliveries} AS delivery
        JOIN ${tables.events} AS event ON event."id" = delivery."event_id"
        WHERE delivery."id" = ANY(${binds.addAll('text', ids)}) ORDER BY event."id" FOR SHARE OF event
      )
      ${insertAttempts(binds, tables.attempts, attempts, WITHOUT_ERASED)}
      JOIN known ON known."id" = item."delivery_id" ON CONFLICT DO NOTHING`,
      binds,
    );
  }

  renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]> {
    return this.#work.renew(claims, leasedUntil);
  }

  release(ids: readonly string[], lease: string): Promise<void> {
    return this.#work.release(ids, lease);
  }

  async get(id: string, scope: Scope): Promise<DeliveryRecord | null> {
    const binds = new Binds();
    const [row] = await this.#select(binds, where([...isAsked(binds, { id }), ...inScope(binds, scope)]));
    return row ?? null;
  }

  async list(query: DeliveryQuery): Promise<readonly DeliveryRecord[]> {
    const { webhookId, eventId, eventType } = query;
    const binds = new Binds();
    const asked = [...inScope(binds, query), ...isAsked(binds, { webhookId, eventId, eventType })];
    return this.#select(binds, pageOf(binds, [...asked, ...isInState(binds, query.state)], query));
  }

  /** The event is locked first, as by an erasure: neither waits for the other while that waits for it. */
  async redeliver(id: string, scope: Scope, now: number): Promise<DeliveryRecord | null> {
    const { table } = this.#work;
    const binds = new Binds();
    const isMeant = where([...isAsked(binds, { id }), ...inScope(binds, scope)]);
    const [row] = await this.#database.run(
      `WITH event AS MATERIALIZED (
        SELECT "erased_at" FROM ${this.#database.tables.events}
        WHERE "id" = (SELECT "event_id" FROM ${table} ${isMeant}) FOR SHARE
      ), found AS (
        SELECT delivery.*, event."erased_at" FROM ${table} AS delivery, event ${isMeant} FOR UPDATE OF delivery
      ), redelivered AS (
        UPDATE ${table} AS target
        SET "state" = 'pending', "manual" = true, "next_attempt_at" = ${binds.add('bigint', now)}, "finalized_at" = NULL
        FROM found
        WHERE target."id" = found."id" AND found."lease" IS NULL AND found."state" <> 'pending'
          AND found."erased_at" IS NULL
        RETURNING target.*
      )
      SELECT ${this.#work.select()}, true AS "changed", false AS "erased" FROM redelivered AS work
      UNION ALL
      SELECT ${this.#work.select()}, false, "erased_at" IS NOT NULL FROM found AS work
      WHERE NOT EXISTS (SELECT FROM redelivered)`,
      binds,
    );
    if (!row) return null;
    const delivery = toRecord(DELIVERY_COLUMNS, row);
    if (row.erased) throw new HooklineError('EVENT_ERASED', { id: delivery.eventId });
    if (!row.changed) throw new HooklineError('STATE_CONFLICT', { id, state: delivery.state });
    return delivery;
  }

  async attempts(deliveryId: string): Promise<readonly AttemptRecord[]> {
    const binds = new Binds();
    const rows = await this.#database.run(
      `SELECT ${selectList(ATTEMPT_COLUMNS, 'attempt')} FROM ${this.#database.tables.attempts} AS attempt
      ${where(isAsked(binds, { deliveryId }))} ORDER BY "number", "id"`,
      binds,
    );
    return rows.map((row) => toRecord(ATTEMPT_COLUMNS, row));
  }

  async #select(binds: Binds, rest: string): Promise<readonly DeliveryRecord[]> {
    const rows = await this.#database.run(
      `SELECT ${this.#work.select()} FROM ${this.#work.table} AS work ${rest}`,
      binds,
    );
    return rows.map((row) => toRecord(DELIVERY_COLUMNS, row));
  }
}

function toClaimed(row: Row): ClaimedDelivery {
  return {
    delivery: toRecord(DELIVERY_COLUMNS, row),
    payload: String(row.payload),
    webhook: row['webhook.id'] === null ? null : toRecord(WEBHOOK_COLUMNS, row, 'webhook.'),
  };
}

/** For an attempt that is there already, since the answer to its settle got lost on the way here, add ON CONFLICT. */
function insertAttempts(
  binds: Binds,
  table: string,
  attempts: readonly AttemptRecord[],
  computed: Readonly<Record<string, string>> = {},
): string {
  const columns = selectList(ATTEMPT_COLUMNS, 'item', { computed });
  const rows = binds.addRows(ATTEMPT_COLUMNS, attempts, 'item');
  return `INSERT INTO ${table} (${columnList(ATTEMPT_COLUMNS)}) SELECT ${columns} FROM ${rows}`;
}

const WITHOUT_ERASED = Object.fromEntries(
  CONTENT_OF_ATTEMPTS.map((field) => [
    field,
    `CASE WHEN known."erased_at" IS NULL THEN item.${columnOf(field)} END`,
  ]),
);

/** `delivering` is a lease. What is not final is found among what is due some day: that index is small. */
function isInState(binds: Binds, state: DeliveryState | undefined): readonly string[] {
  if (state === undefined) return [];
  if (state === 'delivering') return ['"next_attempt_at" IS NOT NULL', '"lease" IS NOT NULL'];
  const conditions = [`"state" = ${binds.add('text', state)}`];
  if (state === 'pending' || state === 'retrying')
    conditions.push('"next_attempt_at" IS NOT NULL', '"lease" IS NULL');
  return conditions;
}
