import type { ClaimedRun, ClaimRequest, HeldClaim, RunRecord, RunResult, RunStore } from '@hookline/core';
import { type Columns, EVENT_COLUMNS, RUN_COLUMNS, selectList, toRecord } from '../columns.js';
import { Binds, type Database } from '../database.js';
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
    this.#work = new WorkTable(database, database.tables.runs, RUN_COLUMNS, 'running');
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedRun[]> {
    const binds = new Binds();
    const rows = await this.#database.run(
      `WITH ${this.#work.claim(binds, request)}
      SELECT ${this.#work.select()}, ${selectList(EVENT_COLUMNS, 'event', { label: 'event.' })}
      FROM work JOIN ${this.#database.tables.events} AS event ON event."id" = work."event_id"`,
      binds,
    );
    return rows.map((row) => ({
      run: toRecord(RUN_COLUMNS, row),
      event: toRecord(EVENT_COLUMNS, row, 'event.'),
    }));
  }

  async settle(results: readonly RunResult[]): Promise<void> {
    if (results.length === 0) return;
    const binds = new Binds();
    await this.#database.run(this.#work.settle(binds, SETTLED_COLUMNS, results), binds);
  }

  renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]> {
    return this.#work.renew(claims, leasedUntil);
  }

  release(ids: readonly string[], lease: string): Promise<void> {
    return this.#work.release(ids, lease);
  }
}
