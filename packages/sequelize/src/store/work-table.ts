import type { ClaimRequest, HeldClaim } from '@hookline/core';
import { Binds } from '../binds.js';
import { type Columns, columnOf, selectList } from '../columns.js';
import { isAmong, isOneOf, where } from '../conditions.js';
import type { Database } from '../database.js';
import type { Row } from '../sequelize-like.js';
import { dueInTurn, LAST_TURN, longestDue } from './due-in-turn.js';
import type { Work, WorkKind } from './work-kinds.js';

const HELD_COLUMNS: Columns<HeldClaim> = { id: 'text', lease: 'text' };
const UNLEASED = '"lease" = NULL, "leased_until" = 0';

/**
 * Work that is claimed, done and settled: deliveries and runs alike. What changes with each claim, and what finds the
 * work that is due, is in the table `open`, in rows so narrow and so few that both are cheap however many rows are
 * stored. So no index of the wide rows ever changes: theirs is one insert and one update in place.
 *
 * A claim writes the lease and nothing else, and a row with a lease reads as claimed. So the state before the claim is
 * still there when the row is released.
 *
 * Locks: first rows of `open`, in the order of their ids where several are waited for, then rows of `table`. A renewal
 * and the results of the same claims may meet, and neither may end in a deadlock.
 */
export class WorkTable<Item extends Work> {
  readonly #database: Database;
  readonly #kind: WorkKind<Item>;
  /** Whose it was in the last claim of this process; empty where all had one. */
  #lastTurn = '';

  constructor(database: Database, kind: WorkKind<Item>) {
    this.#database = database;
    this.#kind = kind;
  }

  /** The columns of `work`, rows of this table, as they read in state `state`. */
  select(state = this.#readState()): string {
    return selectList(this.#kind.columns, 'work', { computed: { state } });
  }

  /** Claims, and answers the ids. Rows that somebody else is just claiming are passed over. */
  async claim(request: ClaimRequest): Promise<readonly string[]> {
    const { ids, except, limit, now } = request;
    const { open, owner } = this.#kind;
    const binds = new Binds();
    const conditions = isDue(binds, now);
    if (except?.length) conditions.push(`"id" <> ALL(${binds.addAll('text', except)})`);
    if (ids) {
      conditions.push(isOneOf(binds, '"id"', ids));
      const due = claimableAmong(open, conditions, binds.add('bigint', limit));
      return this.#changeAndName(binds, `WITH ${due}, ${this.#claimDue(binds, request)}`);
    }
    if (owner === null) {
      const due = longestDue(open, conditions, limit);
      return this.#changeAndName(binds, `WITH ${due}, ${this.#claimDue(binds, request)}`);
    }
    const after = binds.add('text', this.#lastTurn);
    const due = dueInTurn({ open, owner, conditions, limit, after });
    const [row] = await this.#database.run(
      `WITH RECURSIVE ${due}, ${this.#claimDue(binds, request)}
      SELECT json_agg("id")::text AS "ids", (${LAST_TURN}) AS "lastTurn" FROM changed`,
      binds,
    );
    this.#lastTurn = String(row?.lastTurn ?? '');
    return idsOf(row);
  }

  #claimDue(binds: Binds, { now, leaseMs, lease }: ClaimRequest): string {
    return `changed AS (
        UPDATE ${this.#kind.open} AS target
        SET "lease" = ${binds.add('text', lease)}, "leased_until" = ${binds.add('bigint', now + leaseMs)}
        WHERE ${isAmong('target."id"', 'due')} RETURNING target."id"
      )`;
  }

  /** CTEs that move on each row whose lease is still the result's: all results are in `item`, those in `held`. */
  settle<Settled extends HeldClaim & Pick<Item, 'state'>>(
    binds: Binds,
    columns: Columns<Settled>,
    results: readonly Settled[],
  ): readonly string[] {
    const { table, open, doneState, cleared } = this.#kind;
    const changed = Object.keys(columns).filter((field) => field !== 'id' && field !== 'lease');
    const changes = changed.map((field) => `${columnOf(field)} = held.${columnOf(field)}`);
    const close = `closed AS (
        DELETE FROM ${open} WHERE "id" = ANY(ARRAY(SELECT "id" FROM held WHERE "state" = '${doneState}'))
      )`;
    const keepOpen = `kept_open AS (
        UPDATE ${open} AS target
        SET "state" = held."state", "next_attempt_at" = held."next_attempt_at", ${UNLEASED}
        FROM held WHERE target."id" = held."id" AND held."state" <> '${doneState}'
      )`;
    return [
      ...this.#held(binds, columns, results),
      ...(results.some(({ state }) => state === doneState) ? [close] : []),
      ...(results.some(({ state }) => state !== doneState) ? [keepOpen] : []),
      `moved AS (
        UPDATE ${table} AS target SET ${[...changes, ...cleared].join(', ')} FROM held WHERE target."id" = held."id"
      )`,
    ];
  }

  async renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]> {
    if (claims.length === 0) return [];
    const binds = new Binds();
    return this.#changeAndName(
      binds,
      `WITH ${this.#held(binds, HELD_COLUMNS, claims).join(', ')}, changed AS (
        UPDATE ${this.#kind.open} AS target SET "leased_until" = ${binds.add('bigint', leasedUntil)}
        WHERE ${isAmong('target."id"', 'held')} RETURNING target."id"
      )`,
    );
  }

  /** Whether it still has its lease, and nobody is just changing it: waits for nobody. */
  async isUntouched({ id, lease }: HeldClaim): Promise<boolean> {
    const binds = new Binds();
    const rows = await this.#database.run(
      `SELECT "id" FROM ${this.#kind.open} WHERE "id" = ${binds.add('text', id)} AND "lease" = ${binds.add('text', lease)}
      FOR UPDATE SKIP LOCKED`,
      binds,
    );
    return rows.length > 0;
  }

  async release(ids: readonly string[], lease: string): Promise<void> {
    const binds = new Binds();
    const claims = ids.map((id) => ({ id, lease }));
    await this.#database.run(
      `WITH ${this.#held(binds, HELD_COLUMNS, claims).join(', ')}
      UPDATE ${this.#kind.open} AS target SET ${UNLEASED} WHERE ${isAmong('target."id"', 'held')}`,
      binds,
    );
  }

  /** CTEs: all in `item`, and in `held` those whose row still has their lease. These are locked, in the order of their ids. */
  #held<Claim extends HeldClaim>(
    binds: Binds,
    columns: Columns<Claim>,
    claims: readonly Claim[],
  ): readonly string[] {
    return [
      `item AS MATERIALIZED (SELECT * FROM ${binds.addRows(columns, claims, 'item')})`,
      `held AS MATERIALIZED (
        SELECT item.* FROM item JOIN ${this.#kind.open} AS open ON open."id" = item."id" AND open."lease" = item."lease"
        WHERE ${isAmong('open."id"', 'item')} ORDER BY open."id" FOR UPDATE OF open
      )`,
    ];
  }

  /** Runs CTEs, and answers the ids of `changed`: one value is cheaper for both sides than as many rows. */
  async #changeAndName(binds: Binds, ctes: string): Promise<readonly string[]> {
    const [row] = await this.#database.run(
      `${ctes} SELECT json_agg("id")::text AS "ids" FROM changed`,
      binds,
    );
    return idsOf(row);
  }

  #readState(): string {
    const { open, claimedState } = this.#kind;
    const lease = `(SELECT open."lease" FROM ${open} AS open WHERE open."id" = work."id")`;
    return `CASE WHEN work."next_attempt_at" IS NULL OR ${lease} IS NULL THEN work."state" ELSE '${claimedState}' END`;
  }
}

function claimableAmong(open: string, conditions: readonly string[], limit: string): string {
  return `due AS MATERIALIZED (
        SELECT "id" FROM ${open} ${where(conditions)} LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )`;
}

function idsOf(row: Row | undefined): readonly string[] {
  return JSON.parse(String(row?.ids ?? '[]'));
}

function isDue(binds: Binds, now: number): string[] {
  const instant = binds.add('bigint', now);
  return [`"next_attempt_at" <= ${instant}`, `"leased_until" <= ${instant}`];
}
