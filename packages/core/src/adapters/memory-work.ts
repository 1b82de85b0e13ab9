import { takeTurns } from '../batching/take-turns.js';
import type { ClaimRequest, HeldClaim } from '../ports/work-store.js';
import { DueIds, LOOKED_AT, take } from './memory-due.js';
import { type Leased, UNLEASED } from './memory-rows.js';

export interface WorkRow<Item extends Work> extends Leased {
  readonly record: Item;
}

export interface Work {
  readonly id: string;
  readonly state: string;
  readonly nextAttemptAt: number | null;
}

/** Rows by id. Those with something due are found without a look at the others. */
export class WorkRows<Item extends Work> extends Map<string, WorkRow<Item>> {
  readonly #due = new DueIds();

  override set(id: string, row: WorkRow<Item>): this {
    this.#forgetDue(id);
    const dueAt = dueAtOf(row);
    if (dueAt !== null) this.#due.add(id, dueAt);
    return super.set(id, row);
  }

  override delete(id: string): boolean {
    this.#forgetDue(id);
    return super.delete(id);
  }

  /** When anybody may claim it; null where nothing is due any more. */
  dueAt(id: string): number | null {
    const row = this.get(id);
    return row ? dueAtOf(row) : null;
  }

  /** The longest due first. */
  due(now: number): Iterable<string> {
    return this.#due.due(now);
  }

  #forgetDue(id: string): void {
    const dueAt = this.dueAt(id);
    if (dueAt !== null) this.#due.delete(id, dueAt);
  }
}

function dueAtOf({ record: { nextAttemptAt }, leasedUntil }: WorkRow<Work>): number | null {
  return nextAttemptAt === null ? null : Math.max(nextAttemptAt, leasedUntil);
}

/**
 * Claim, renew and release are one mechanism for deliveries and runs. A row with a lease reads as claimed, whatever
 * its state says, so that the state before the claim is there when it is released.
 */
export class MemoryWork<Item extends Work> {
  readonly #rows: WorkRows<Item>;
  readonly #claimedState: Item['state'];

  constructor(rows: WorkRows<Item>, claimedState: Item['state']) {
    this.#rows = rows;
    this.#claimedState = claimedState;
  }

  claim({ ids, except = [], limit, now, leaseMs, lease }: ClaimRequest): readonly Item[] {
    const spared = new Set(except);
    const isDue = (id: string) => (this.#rows.dueAt(id) ?? Number.POSITIVE_INFINITY) <= now;
    const taken = ids
      ? take(ids.filter(isDue), limit, spared)
      : this.#inTurn(take(this.#rows.due(now), limit * LOOKED_AT, spared), limit);
    return this.#rowsOf(taken).map(({ record }) => this.take(record, { now, leaseMs, lease }));
  }

  /** What was not tried before goes ahead of what was; a quarter is kept for the latter. Of the former owners take turns. */
  #inTurn(due: readonly string[], limit: number): readonly string[] {
    if (due.length <= limit) return due;
    const isFirst = (id: string) => this.#rows.get(id)?.record.state === 'pending';
    const [first, again] = [due.filter(isFirst), due.filter((id) => !isFirst(id))];
    const kept = again.slice(0, Math.ceil(limit / 4));
    const most = limit - kept.length;
    const ahead = takeTurns(first, most, (id) => this.#ownerOf(id)).slice(0, most);
    return [...ahead, ...again.slice(0, limit - ahead.length)];
  }

  #ownerOf(id: string): string {
    const { webhookId = '' } = (this.#rows.get(id)?.record ?? {}) as { readonly webhookId?: string };
    return webhookId;
  }

  /** Claims a row, due or not. */
  take(record: Item, { now, leaseMs, lease }: Pick<ClaimRequest, 'now' | 'leaseMs' | 'lease'>): Item {
    const row = { record, lease, leasedUntil: now + leaseMs };
    this.#rows.set(record.id, row);
    return this.read(row);
  }

  read({ record, lease }: WorkRow<Item>): Item {
    return lease === null ? record : { ...record, state: this.#claimedState };
  }

  renew(claims: readonly HeldClaim[], leasedUntil: number): readonly string[] {
    const held = claims.filter(({ id, lease }) => this.#rows.get(id)?.lease === lease);
    for (const row of this.#rowsOf(held.map(({ id }) => id)))
      this.#rows.set(row.record.id, { ...row, leasedUntil });
    return held.map(({ id }) => id);
  }

  /** Changes the row if its lease is still this one, and ends the lease. Answers whether it was. */
  conclude(id: string, lease: string, change: Partial<Item>): boolean {
    const row = this.#rows.get(id);
    if (row?.lease !== lease) return false;
    this.#rows.set(id, { record: { ...row.record, ...change }, ...UNLEASED });
    return true;
  }

  #rowsOf(ids: readonly string[]): readonly WorkRow<Item>[] {
    return ids.flatMap((id) => this.#rows.get(id) ?? []);
  }
}
