import type { ClaimedRun, ClaimRequest, HeldClaim, RunRecord, RunResult, RunStore } from '@hookline/core';
import { Binds } from '../binds.js';
import type { Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readClaimedRuns } from './claimed-work.js';
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

  constructor(database: Database) {
    this.#database = database;
    this.#work = new WorkTable(database, runWork(database.tables));
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedRun[]> {
    return readClaimedRuns(this.#database, await this.#work.claim(request));
  }

  async settle(results: readonly RunResult[]): Promise<void> {
    if (results.length === 0) return;
    const binds = new Binds();
    const ctes = this.#work.settle(binds, SETTLED_COLUMNS, results);
    await this.#database.run(`WITH ${ctes.join(', ')} SELECT`, binds);
  }

  renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]> {
    return this.#work.renew(claims, leasedUntil);
  }

  release(ids: readonly string[], lease: string): Promise<void> {
    return this.#work.release(ids, lease);
  }
}
