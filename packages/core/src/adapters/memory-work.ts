import type { DeliveryRecord } from '../delivery/delivery.js';
import type { RunRecord } from '../listeners/run.js';
import type { ClaimedRun, ClaimRequest, RunResult, RunStore } from '../ports/store.js';
import { type Leased, UNLEASED } from './memory-rows.js';
import type { Tables } from './memory-store.js';

export interface WorkRow<Item extends Work> extends Leased {
  readonly record: Item;
}
export type DeliveryRow = WorkRow<DeliveryRecord>;
export type RunRow = WorkRow<RunRecord>;

interface Work {
  readonly id: string;
  readonly state: string;
  readonly nextAttemptAt: number | null;
}

/**
 * Claim, due and release are one mechanism for deliveries and runs. A row with a lease reads as claimed, whatever
 * its state says, so that the state before the claim is there when it is released.
 */
export class MemoryWork<Item extends Work> {
  readonly #rows: Map<string, WorkRow<Item>>;
  readonly #claimedState: Item['state'];

  constructor(rows: Map<string, WorkRow<Item>>, claimedState: Item['state']) {
    this.#rows = rows;
    this.#claimedState = claimedState;
  }

  claim({ ids, limit, now, leaseMs, lease }: ClaimRequest): readonly Item[] {
    const candidates = ids ? ids.flatMap((id) => this.#rows.get(id) ?? []) : this.#rows.values();
    const rows = [...candidates].filter((row) => isDue(row, now)).slice(0, limit);
    return rows.map(({ record }) => {
      const row = { record, lease, leasedUntil: now + leaseMs };
      this.#rows.set(record.id, row);
      return this.read(row);
    });
  }

  read({ record, lease }: WorkRow<Item>): Item {
    return lease === null ? record : { ...record, state: this.#claimedState };
  }

  due({ now, limit }: { readonly now: number; readonly limit: number }): readonly string[] {
    return [...this.#rows.values()]
      .filter((row) => isDue(row, now))
      .sort((a, b) => (a.record.nextAttemptAt ?? 0) - (b.record.nextAttemptAt ?? 0))
      .slice(0, limit)
      .map((row) => row.record.id);
  }

  /** Changes the row if its lease is still this one, and ends the lease. */
  conclude(id: string, lease: string, change: Partial<Item>): void {
    const row = this.#rows.get(id);
    if (row?.lease === lease) this.#rows.set(id, { record: { ...row.record, ...change }, ...UNLEASED });
  }
}

function isDue({ record, leasedUntil }: WorkRow<Work>, now: number): boolean {
  return record.nextAttemptAt !== null && record.nextAttemptAt <= now && leasedUntil <= now;
}

export class MemoryRuns implements RunStore {
  readonly #tables: Tables;
  readonly #work: MemoryWork<RunRecord>;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#work = new MemoryWork(tables.runs, 'running');
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedRun[]> {
    return this.#work.claim(request).flatMap((run) => {
      const event = this.#tables.events.get(run.eventId)?.record;
      return event ? [{ run, event }] : [];
    });
  }

  async due(query: { readonly now: number; readonly limit: number }): Promise<readonly string[]> {
    return this.#work.due(query);
  }

  async settle(results: readonly RunResult[]): Promise<void> {
    for (const { id, lease, ...change } of results) this.#work.conclude(id, lease, change);
  }

  async release(ids: readonly string[], lease: string): Promise<void> {
    for (const id of ids) this.#work.conclude(id, lease, {});
  }
}
