import type { QuarantineStore, StoreIdentity } from '@hookline/core';
import { Binds } from '../binds.js';
import { type Columns, columnList, reader, selectList } from '../columns.js';
import type { Database, Run } from '../database.js';
import { deliveryWork, runWork } from './work-kinds.js';

const IDENTITY_COLUMNS: Columns<StoreIdentity> = { fingerprint: 'text', environment: 'text' };
const LIST = columnList(IDENTITY_COLUMNS);
const readIdentity = reader(IDENTITY_COLUMNS);

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const INSUFFICIENT_PRIVILEGE = '42501';

export class SequelizeQuarantine implements QuarantineStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The system identifier of the cluster, which a dump does not carry over, and the oid of the database, which a copy
   * within the cluster does not. A standby that takes over has the same. Where the role may not ask for the first, the
   * second alone; a copy of the files has both, and differs by the environment alone.
   */
  async fingerprint(): Promise<string> {
    const cluster = await this.#cluster();
    const [row] = await this.#database.run(
      `SELECT "oid"::text AS "oid" FROM pg_database WHERE datname = current_database()`,
    );
    return `${cluster}.${String(row?.oid)}`;
  }

  /** Read first: a connection that may only read finds what another one recorded. */
  async claimIdentity(identity: StoreIdentity): Promise<StoreIdentity> {
    return (await this.#recorded()) ?? this.#record(identity);
  }

  async #recorded(): Promise<StoreIdentity | null> {
    const { identity: table } = this.#database.tables;
    const columns = selectList(IDENTITY_COLUMNS, 'known');
    const [row] = await this.#database.run(`SELECT ${columns} FROM ${table} AS known`);
    return row ? readIdentity(row) : null;
  }

  async #record(identity: StoreIdentity): Promise<StoreIdentity> {
    const binds = new Binds();
    const items = binds.addRows(IDENTITY_COLUMNS, [identity], 'item');
    await this.#database.run(
      `INSERT INTO ${this.#database.tables.identity} (${LIST}) SELECT ${LIST} FROM ${items}
      ON CONFLICT ("single") DO NOTHING`,
      binds,
    );
    return (await this.#recorded()) ?? identity;
  }

  async confirmIdentity(
    identity: StoreIdentity,
    { now, cancelOwed }: { readonly now: number; readonly cancelOwed: boolean },
  ): Promise<void> {
    await this.#database.transact(async (run) => {
      const binds = new Binds();
      const items = binds.addRows(IDENTITY_COLUMNS, [identity], 'item');
      await run(
        `INSERT INTO ${this.#database.tables.identity} (${LIST}) SELECT ${LIST} FROM ${items}
        ON CONFLICT ("single") DO UPDATE
        SET "fingerprint" = excluded."fingerprint", "environment" = excluded."environment"`,
        binds,
      );
      if (cancelOwed) await this.#cancelOwed(run, now);
    });
  }

  async #cluster(): Promise<string> {
    try {
      const [row] = await this.#database.run(
        'SELECT system_identifier::text AS "id" FROM pg_control_system()',
      );
      return String(row?.id);
    } catch (error) {
      const { original } = error as { readonly original?: { readonly code?: unknown } };
      if (original?.code === INSUFFICIENT_PRIVILEGE) return 'unknown';
      throw error;
    }
  }

  /** First the outbox, then the open rows, then the rows themselves: the order in which all lock them. */
  async #cancelOwed(run: Run, now: number): Promise<void> {
    const { tables } = this.#database;
    await run(`DELETE FROM ${tables.outbox}`);
    const cancel = { work: deliveryWork(tables), changes: `"hold" = NULL, "reason" = 'quarantine'` };
    const cancelRuns = { work: runWork(tables), changes: `"last_error" = 'quarantine'` };
    for (const { work, changes } of [cancel, cancelRuns]) {
      const binds = new Binds();
      await run(
        `WITH held AS MATERIALIZED (
          SELECT "id" FROM ${work.open} WHERE "next_attempt_at" IS NOT NULL ORDER BY "id" FOR UPDATE
        ), closed AS (
          UPDATE ${work.open} SET "state" = 'cancelled', "next_attempt_at" = NULL, "lease" = NULL, "leased_until" = 0
          WHERE "id" IN (SELECT "id" FROM held)
        )
        UPDATE ${work.table} SET "state" = 'cancelled', "next_attempt_at" = NULL,
          "finalized_at" = ${binds.add('bigint', now)}, ${changes}
        WHERE "id" IN (SELECT "id" FROM held)`,
        binds,
      );
    }
  }
}
