import {
  type ClaimedRun,
  type ClaimRequest,
  type GroupTurn,
  type HeldClaim,
  isHooklineError,
  type Promoted,
  type RunRecord,
  type RunResult,
  type RunStore,
} from '@hookline/core';
import { Binds } from '../binds.js';
import type { Columns } from '../columns.js';
import type { Database, Run } from '../database.js';
import { readClaimedRuns } from './claimed-work.js';
import { findWaitingGroups, promoteGroups } from './work-groups.js';
import { runWork } from './work-kinds.js';
import { WorkTable } from './work-table.js';

const SETTLED_COLUMNS: Columns<RunResult> = {
  id: 'text',
  lease: 'text',
  state: 'text',
  attemptCount: 'integer',
  nextAttemptAt: 'bigint',
  lastError: 'text',
  finalizedAt: 'bigint',
};

export class SequelizeRuns implements RunStore {
  readonly #database: Database;
  readonly #work: WorkTable<RunRecord>;
  readonly #run: Run = (sql, binds) => this.#database.run(sql, binds);

  constructor(database: Database) {
    this.#database = database;
    this.#work = new WorkTable(database, runWork(database.tables));
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedRun[]> {
    return readClaimedRuns(this.#database, await this.#work.claim(request));
  }

  async settle(results: readonly RunResult[]): Promise<void> {
    if (results.length > 0) await this.#settle(results, null);
  }

  /** Its row is locked from the end of the work until the COMMIT right behind, so that renewals need not wait for it. */
  async settleWith(work: (transaction: unknown) => Promise<RunResult | null>): Promise<boolean> {
    let result: RunResult | null = null;
    const settled = this.#database.lend(async (transaction) => {
      result = await work(transaction);
      return result !== null && (await this.#settle([result], transaction)) > 0;
    });
    return settled.catch((error) => this.#explain(error, result));
  }

  /**
   * A connection that was lost before the row was locked did not commit, and may be lost each time, by what the work does:
   * then it has failed, and is no matter of a database that is away.
   */
  async #explain(error: unknown, result: RunResult | null): Promise<never> {
    const isLost = isHooklineError(error) && error.code === 'ERR_HOOKLINE_STORE_UNAVAILABLE';
    if (result === null || !isLost) throw error;
    const hasFailed = await this.#work.isUntouched(result).catch(() => false);
    throw hasFailed ? (error.cause ?? error) : error;
  }

  /** Answers how many had their lease still. */
  async #settle(results: readonly RunResult[], transaction: unknown): Promise<number> {
    const binds = new Binds();
    const ctes = this.#work.settle(binds, SETTLED_COLUMNS, results);
    const sql = `WITH ${ctes.join(', ')} SELECT count(*)::int AS "count" FROM held`;
    const [row] = await this.#database.run(sql, binds, transaction);
    return Number(row?.count);
  }

  renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]> {
    return this.#work.renew(claims, leasedUntil);
  }

  release(ids: readonly string[], lease: string): Promise<void> {
    return this.#work.release(ids, lease);
  }

  promote(turns: readonly GroupTurn[], now: number): Promise<readonly Promoted[]> {
    const { tables } = this.#database;
    return promoteGroups(this.#run, tables, runWork(tables), turns, now);
  }

  waitingGroups(limit: number): Promise<readonly string[]> {
    return findWaitingGroups(this.#run, runWork(this.#database.tables), limit);
  }
}
