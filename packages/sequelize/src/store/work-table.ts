import type { ClaimRequest, HeldClaim } from '@hookline/core';
import { type Columns, columnOf, selectList } from '../columns.js';
import { where } from '../conditions.js';
import { Binds, type Database } from '../database.js';

const HELD_COLUMNS: Columns<HeldClaim> = { id: 'text', lease: 'text' };
const UNLEASED = '"lease" = NULL, "leased_until" = 0';

/**
 * A table of work that is claimed, done and settled: deliveries and runs alike.
 *
 * A claim writes the lease and nothing else, and a row with a lease reads as claimed. So the state before the
 * claim is still there when the row is released, and no index changes with a claim.
 *
 * What locks several rows and would wait for them locks them in the order of their ids: a renewal and the results
 * of the same claims may meet, and neither may end in a deadlock.
 */
export class WorkTable<Item extends { readonly id: string; readonly state: string }> {
  readonly table: string;
  readonly #database: Database;
  readonly #columns: Columns<Item>;
  readonly #state: string;

  constructor(database: Database, table: string, columns: Columns<Item>, claimedState: Item['state']) {
    this.#database = database;
    this.table = table;
    this.#columns = columns;
    this.#state = `CASE WHEN work."lease" IS NULL THEN work."state" ELSE '${claimedState}' END`;
  }

  /** The columns of `work`, this table or rows of it. */
  select(): string {
    return selectList(this.#columns, 'work', { computed: { state: this.#state } });
  }

  /** The CTEs that claim; the rows are in `work`. Rows that somebody else is just claiming are passed over. */
  claim(binds: Binds, { ids, except, limit, now, leaseMs, lease }: ClaimRequest): string {
    const { table } = this;
    const conditions = isDue(binds, now);
    if (ids) conditions.push(`"id" = ANY(${binds.addAll('text', ids)})`);
    if (except?.length) conditions.push(`"id" <> ALL(${binds.addAll('text', except)})`);
    const order = ids ? '' : 'ORDER BY "next_attempt_at"';
    return `due AS MATERIALIZED (
        SELECT "id" FROM ${table} ${where(conditions)} ${order} LIMIT ${binds.add('bigint', limit)}
        FOR UPDATE SKIP LOCKED
      ), work AS (
        UPDATE ${table} AS target
        SET "lease" = ${binds.add('text', lease)}, "leased_until" = ${binds.add('bigint', now + leaseMs)}
        FROM due WHERE target."id" = due."id" RETURNING target.*
      )`;
  }

  /** The UPDATE that moves on each row whose lease is still the result's. */
  settle<Settled extends HeldClaim>(
    binds: Binds,
    columns: Columns<Settled>,
    results: readonly Settled[],
  ): string {
    const changed = Object.keys(columns).filter((field) => field !== 'id' && field !== 'lease');
    const changes = changed.map((field) => `${columnOf(field)} = result.${columnOf(field)}`);
    return `UPDATE ${this.table} AS target SET ${[...changes, UNLEASED].join(', ')}
      FROM ${this.#held(binds, columns, results)} AS result WHERE target."id" = result."id"`;
  }

  async renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]> {
    if (claims.length === 0) return [];
    const binds = new Binds();
    const rows = await this.#database.run(
      `UPDATE ${this.table} AS target SET "leased_until" = ${binds.add('bigint', leasedUntil)}
      FROM ${this.#held(binds, HELD_COLUMNS, claims)} AS claim WHERE target."id" = claim."id"
      RETURNING target."id"`,
      binds,
    );
    return rows.map((row) => String(row.id));
  }

  async release(ids: readonly string[], lease: string): Promise<void> {
    const binds = new Binds();
    const claims = ids.map((id) => ({ id, lease }));
    await this.#database.run(
      `UPDATE ${this.table} AS target SET ${UNLEASED}
      FROM ${this.#held(binds, HELD_COLUMNS, claims)} AS claim WHERE target."id" = claim."id"`,
      binds,
    );
  }

  /** A FROM item: those of the items whose row still has their lease. The rows are locked, in the order of their ids. */
  #held<Claim extends HeldClaim>(binds: Binds, columns: Columns<Claim>, items: readonly Claim[]): string {
    return `(
        SELECT item.* FROM ${binds.addRows(columns, items, 'item')}
        JOIN ${this.table} AS held ON held."id" = item."id" AND held."lease" = item."lease"
        ORDER BY held."id" FOR UPDATE OF held
      )`;
  }
}

function isDue(binds: Binds, now: number): string[] {
  const instant = binds.add('bigint', now);
  return [`"next_attempt_at" <= ${instant}`, `"leased_until" <= ${instant}`];
}
