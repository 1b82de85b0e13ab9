import {
  type AttemptRecord,
  type ClaimedDelivery,
  type ClaimRequest,
  type DeliveryQuery,
  type DeliveryRecord,
  type DeliveryResult,
  type DeliveryStore,
  type GroupClaimRequest,
  type GroupTurn,
  type HeldClaim,
  type HeldDelivery,
  type Hold,
  HooklineError,
  type Promoted,
  type Scope,
  type TurnRequest,
} from '@hookline/core';
import { Binds } from '../binds.js';
import { ATTEMPT_COLUMNS, type Columns, DELIVERY_COLUMNS, reader, selectList } from '../columns.js';
import { inScope, isAsked, pageOf, where } from '../conditions.js';
import type { Database, Run } from '../database.js';
import { appendLate, insertAttempts } from './attempt-rows.js';
import { readClaimedDeliveries } from './claimed-work.js';
import { claimMembers, ungroupDeliveries } from './delivery-groups.js';
import { isPartOf, partsOf } from './event-parts.js';
import { holdDeliveries, resumeDeliveries } from './held-deliveries.js';
import { openRows } from './open-deliveries.js';
import { tellOfResults } from './result-events.js';
import { forgetTurns, reserveTurns } from './webhook-turns.js';
import { findWaitingGroups, promoteGroups } from './work-groups.js';
import { deliveryWork } from './work-kinds.js';
import { WorkTable } from './work-table.js';

type SettledDelivery = Omit<DeliveryResult, 'attempt' | 'event'>;

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

const readDelivery = reader(DELIVERY_COLUMNS);
const readAttempt = reader(ATTEMPT_COLUMNS);

export class SequelizeDeliveries implements DeliveryStore {
  readonly #database: Database;
  readonly #work: WorkTable<DeliveryRecord>;
  readonly #run: Run = (sql, binds) => this.#database.run(sql, binds);

  constructor(database: Database) {
    this.#database = database;
    this.#work = new WorkTable(database, deliveryWork(database.tables));
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedDelivery[]> {
    return readClaimedDeliveries(this.#database, await this.#work.claim(request));
  }

  async settle(results: readonly DeliveryResult[]): Promise<void> {
    if (results.length === 0) return;
    const binds = new Binds();
    const ctes = this.#work.settle<SettledDelivery>(binds, SETTLED_COLUMNS, results);
    const attempts = results.flatMap(({ attempt }) => attempt ?? []);
    const append = `appended AS (
        ${insertAttempts(binds, this.#database.tables.attempts, attempts)}
        JOIN held ON held."id" = attempt."delivery_id" ON CONFLICT DO NOTHING
      )`;
    const rows = await this.#database.run(
      `WITH ${[...ctes, append, ...tellOfResults(this.#database.tables, binds, results)].join(', ')}
      SELECT "id" FROM item WHERE "id" NOT IN (SELECT "id" FROM held)`,
      binds,
    );
    const lost = new Set(rows.map((row) => row.id));
    const late = attempts.filter(({ deliveryId }) => lost.has(deliveryId));
    if (late.length > 0) await appendLate(this.#database, late);
  }

  renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]> {
    return this.#work.renew(claims, leasedUntil);
  }

  release(ids: readonly string[], lease: string): Promise<void> {
    return this.#work.release(ids, lease);
  }

  hold(deliveries: readonly HeldDelivery[]): Promise<void> {
    return holdDeliveries(this.#run, this.#database.tables, deliveries);
  }

  resume(webhookId: string, holds: readonly Hold[], now: number, limit?: number): Promise<number> {
    const held = { webhookId, holds, ...(limit !== undefined && { limit }) };
    return resumeDeliveries(this.#run, this.#database.tables, held, now);
  }

  ungroup(webhookId: string, now: number): Promise<number> {
    return ungroupDeliveries(this.#run, this.#database.tables, webhookId, now);
  }

  promote(turns: readonly GroupTurn[], now: number): Promise<readonly Promoted[]> {
    const { tables } = this.#database;
    return promoteGroups(this.#run, tables, deliveryWork(tables), turns, now);
  }

  waitingGroups(limit: number): Promise<readonly string[]> {
    return findWaitingGroups(this.#run, deliveryWork(this.#database.tables), limit);
  }

  async claimGroup(request: GroupClaimRequest): Promise<readonly ClaimedDelivery[]> {
    const ids = await claimMembers(this.#run, this.#database.tables, request);
    return readClaimedDeliveries(this.#database, ids);
  }

  reserveTurns(requests: readonly TurnRequest[], now: number): Promise<readonly number[]> {
    return reserveTurns(this.#run, this.#database.tables, requests, now);
  }

  forgetTurns(webhookId: string): Promise<void> {
    return forgetTurns(this.#run, this.#database.tables, webhookId);
  }

  async get(id: string, scope: Scope): Promise<DeliveryRecord | null> {
    const binds = new Binds();
    const rest = where([...isAsked(binds, { id }), ...inScope(binds, scope)]);
    const [row] = await this.#select(binds, rest);
    return row ?? null;
  }

  async list(query: DeliveryQuery): Promise<readonly DeliveryRecord[]> {
    const { webhookId, eventId, eventType, state } = query;
    const binds = new Binds();
    const conditions = [...inScope(binds, query), ...isAsked(binds, { webhookId, eventType })];
    if (eventId !== undefined) conditions.push(isPartOf(binds.add('text', eventId), 'dlv', 'work'));
    if (state === 'delivered') conditions.push(`"state" = ${binds.add('text', state)}`);
    if (state === undefined || state === 'delivered')
      return this.#select(binds, pageOf(binds, conditions, query));
    const open = openRows(this.#database.tables, binds, {
      state,
      page: query,
      isPage: conditions.length === 0,
    });
    const join = `JOIN (${open}) AS open ON open."open_id" = work."id"`;
    return this.#select(binds, `${join} ${pageOf(binds, conditions, query)}`);
  }

  async ofEvents(eventIds: readonly string[]): Promise<readonly DeliveryRecord[]> {
    if (eventIds.length === 0) return [];
    const { tables } = this.#database;
    const binds = new Binds();
    const parts = partsOf(binds.addAll('text', eventIds), 'dlv', tables);
    return this.#select(
      binds,
      `WHERE work."id" = ANY(ARRAY(SELECT part."id" FROM ${parts})) ORDER BY work."id"`,
    );
  }

  /** The event is locked first, as by an erasure: neither waits for the other while that waits for it. */
  async redeliver(id: string, scope: Scope, now: number): Promise<DeliveryRecord | null> {
    const { events, deliveries, deliveries_open: open } = this.#database.tables;
    const binds = new Binds();
    const isId = `"id" = ${binds.add('text', id)}`;
    const isMeant = where([isId, ...inScope(binds, scope)]);
    const [row] = await this.#database.run(
      `WITH event AS MATERIALIZED (
        SELECT "erased_at" FROM ${events}
        WHERE "id" = (SELECT "event_id" FROM ${deliveries} ${isMeant}) FOR SHARE
      ), held AS MATERIALIZED (
        SELECT open."lease" FROM ${open} AS open, event WHERE ${isId} FOR UPDATE OF open
      ), found AS (
        SELECT delivery.*, event."erased_at", (SELECT "lease" FROM held) AS "lease"
        FROM ${deliveries} AS delivery, event ${isMeant} FOR UPDATE OF delivery
      ), redelivered AS (
        UPDATE ${deliveries} AS target
        SET "state" = 'pending', "manual" = true, "hold" = NULL, "next_attempt_at" = ${binds.add('bigint', now)}, "finalized_at" = NULL
        FROM found
        WHERE target."id" = found."id" AND found."lease" IS NULL AND found."state" <> 'pending'
          AND found."erased_at" IS NULL
        RETURNING target.*
      ), reopened AS (
        INSERT INTO ${open} ("id", "state", "next_attempt_at", "webhook_id")
        SELECT "id", "state", "next_attempt_at", "webhook_id" FROM redelivered
        ON CONFLICT ("id") DO UPDATE SET "state" = excluded."state", "next_attempt_at" = excluded."next_attempt_at"
      )
      SELECT ${this.#work.select('work."state"')}, true AS "changed", false AS "erased" FROM redelivered AS work
      UNION ALL
      SELECT ${this.#work.select(`CASE WHEN "lease" IS NULL THEN work."state" ELSE 'delivering' END`)},
        false, "erased_at" IS NOT NULL FROM found AS work
      WHERE NOT EXISTS (SELECT FROM redelivered)`,
      binds,
    );
    if (!row) return null;
    const delivery = readDelivery(row);
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
    return rows.map(readAttempt);
  }

  async #select(binds: Binds, rest: string): Promise<readonly DeliveryRecord[]> {
    const rows = await this.#database.run(
      `SELECT ${this.#work.select()} FROM ${this.#database.tables.deliveries} AS work ${rest}`,
      binds,
    );
    return rows.map(readDelivery);
  }
}
