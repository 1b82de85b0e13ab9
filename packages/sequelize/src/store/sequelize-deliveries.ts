import {
  type AttemptRecord,
  type ClaimedDelivery,
  type ClaimRequest,
  type DeliveryQuery,
  type DeliveryRecord,
  type DeliveryResult,
  type DeliveryState,
  type DeliveryStore,
  HooklineError,
  type Scope,
} from '@hookline/core';
import {
  ATTEMPT_COLUMNS,
  type Columns,
  columnList,
  DELIVERY_COLUMNS,
  selectList,
  toRecord,
  WEBHOOK_COLUMNS,
} from '../columns.js';
import { inScope, isAsked, pageOf, where } from '../conditions.js';
import { Binds, type Database } from '../database.js';
import type { Row } from '../sequelize-like.js';
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

  due(query: { readonly now: number; readonly limit: number }): Promise<readonly string[]> {
    return this.#work.due(query);
  }

  async settle(results: readonly DeliveryResult[]): Promise<void> {
    if (results.length === 0) return;
    const binds = new Binds();
    const attempts = results.flatMap(({ attempt }) => attempt ?? []);
    const settled = results.map(({ attempt: _, ...result }) => result);
    const ctes =
      attempts.length > 0 ? `WITH ${appendAttempts(binds, this.#database.tables.attempts, attempts)}` : '';
    await this.#database.run(`${ctes} ${this.#work.settle(binds, SETTLED_COLUMNS, settled)}`, binds);
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

  async redeliver(id: string, scope: Scope, now: number): Promise<DeliveryRecord | null> {
    const { table } = this.#work;
    const binds = new Binds();
    const [row] = await this.#database.run(
      `WITH found AS (
        SELECT * FROM ${table} ${where([...isAsked(binds, { id }), ...inScope(binds, scope)])} FOR UPDATE
      ), redelivered AS (
        UPDATE ${table} AS target
        SET "state" = 'pending', "manual" = true, "next_attempt_at" = ${binds.add('bigint', now)}, "finalized_at" = NULL
        FROM found
        WHERE target."id" = found."id" AND found."lease" IS NULL AND found."state" <> 'pending' RETURNING target.*
      )
      SELECT ${this.#work.select()}, true AS "changed" FROM redelivered AS work
      UNION ALL
      SELECT ${this.#work.select()}, false FROM found AS work WHERE NOT EXISTS (SELECT FROM redelivered)`,
      binds,
    );
    if (!row) return null;
    const delivery = toRecord(DELIVERY_COLUMNS, row);
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

/** An attempt that is there already is one whose answer got lost on the way here: appended once. */
function appendAttempts(binds: Binds, table: string, attempts: readonly AttemptRecord[]): string {
  const list = columnList(ATTEMPT_COLUMNS);
  const rows = binds.addRows(ATTEMPT_COLUMNS, attempts, 'item');
  return `appended AS (INSERT INTO ${table} (${list}) SELECT ${list} FROM ${rows} ON CONFLICT DO NOTHING)`;
}

/** `delivering` is a lease. What is not final is found among what is due some day: that index is small. */
function isInState(binds: Binds, state: DeliveryState | undefined): readonly string[] {
  if (state === undefined) return [];
  if (state === 'delivering') return ['"next_attempt_at" IS NOT NULL', '"lease" IS NOT NULL'];
  const conditions = [`"state" = ${binds.add('text', state)}`];
  if (state === 'pending' || state === 'retrying')
    conditions.push('"next_attempt_at" IS NOT NULL', '"lease" IS NULL');
  return conditions;
}
