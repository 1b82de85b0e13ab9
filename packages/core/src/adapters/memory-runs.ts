import type { RunRecord } from '../listeners/run.js';
import type { GroupTurn, Promoted, RunStore } from '../ports/store.js';
import type { ClaimedRun, ClaimRequest, HeldClaim, RunResult } from '../ports/work-store.js';
import { MemoryGroups } from './memory-groups.js';
import type { Tables } from './memory-store.js';
import { MemoryWork } from './memory-work.js';

export class MemoryRuns implements RunStore {
  readonly #tables: Tables;
  readonly #work: MemoryWork<RunRecord>;
  readonly #groups: MemoryGroups<RunRecord>;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#work = new MemoryWork(tables.runs, 'running');
    this.#groups = new MemoryGroups(tables, tables.runs);
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedRun[]> {
    return this.#work.claim(request).flatMap((run) => {
      const event = this.#tables.events.get(run.eventId);
      return event ? [{ run, event }] : [];
    });
  }

  async settle(results: readonly RunResult[]): Promise<void> {
    for (const { id, lease, ...change } of results) this.#work.conclude(id, lease, change);
  }

  async settleWith(work: (transaction: unknown) => Promise<RunResult | null>): Promise<boolean> {
    const result = await work(null);
    if (result === null) return false;
    const { id, lease, ...change } = result;
    return this.#work.conclude(id, lease, change);
  }

  async renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]> {
    return this.#work.renew(claims, leasedUntil);
  }

  async release(ids: readonly string[], lease: string): Promise<void> {
    for (const id of ids) this.#work.conclude(id, lease, {});
  }

  promote(turns: readonly GroupTurn[], now: number): Promise<readonly Promoted[]> {
    return this.#groups.promote(turns, now);
  }

  waitingGroups(limit: number): Promise<readonly string[]> {
    return this.#groups.waitingGroups(limit);
  }
}
