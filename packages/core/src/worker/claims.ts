import { groupCalls } from '../batching/group-calls.js';
import type { Clock } from '../ports/clock.js';
import type { ClaimRequest, HeldClaim, WorkStore } from '../ports/work-store.js';
import { keepTrying } from './keep-trying.js';

const MAX_CLAIM = 200;

/** A claimed item and the lease it is held by. */
export type Held<Claimed> = Claimed & { readonly lease: string };

/** What this process holds of one kind of work. */
export interface Claims<Claimed, Result> {
  /** Null where somebody else holds it, or there is nothing left to do. */
  claim(id: string): Promise<Held<Claimed> | null>;
  /** Claims what is due and leased by nobody, the longest due first, but none of `except`. */
  take(limit: number, except?: readonly string[]): Promise<readonly Held<Claimed>[]>;
  /** Holds what is stored as claimed already. Once all was given back it gives these back, too, and holds none. */
  adopt(claimed: readonly Claimed[], lease: Lease): readonly Held<Claimed>[];
  /** Whether its lease still runs by this process's clock: after a pause of the process it may not. */
  isHeld(id: string): boolean;
  /** Stores how it went on, again and again while the store is unavailable. */
  settle(result: Result): Promise<void>;
  /**
   * Settles one by a write of the caller's own, and ends the hold where that went well. The write answers whether the item
   * is settled, and calls back just before it stores that: from then on it may be so before it is known here.
   */
  settleBy(held: HeldClaim, write: (begin: () => void) => Promise<boolean>): Promise<boolean>;
  /** Ends the hold on an item. Not settled, its lease runs out: it may have been sent, and must not go round as fast as it fails. */
  forget(id: string): void;
  /** Gives back what may be stored as claimed by this lease: the answer of the store was lost. */
  abandon(ids: readonly string[], lease: Lease): void;
  /** Gives one back that was not begun. */
  giveBack(id: string): Promise<void>;
  /** Prolongs all that is held. Answers how many leases were lost to others. */
  renewAll(): Promise<number>;
  /** Gives back all that is claimed and not settled; nothing is claimed or recorded after it. */
  releaseAll(): Promise<void>;
  /** Whether that was begun. */
  readonly isClosed: boolean;
}

export interface ClaimOptions {
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly newLease: () => string;
}

/** Claims and settles one at a time for the caller, in groups for the store. */
export function groupedClaims<Claimed, Result extends HeldClaim>(
  store: WorkStore<Claimed, Result>,
  idOf: (claimed: Claimed) => string,
  options: ClaimOptions,
): Claims<Claimed, Result> {
  return new GroupedClaims(store, idOf, options);
}

/** What rows are claimed by, and when that ends. */
export interface Lease {
  readonly name: string;
  readonly until: number;
}

class GroupedClaims<Claimed, Result extends HeldClaim> implements Claims<Claimed, Result> {
  readonly #store: WorkStore<Claimed, Result>;
  readonly #idOf: (claimed: Claimed) => string;
  readonly #options: ClaimOptions;
  readonly #leases = new Map<string, Lease>();
  /** Whose results are being written: they may be stored before that is known here. */
  readonly #settling = new Set<string>();
  readonly #claimInGroup: (id: string) => Promise<Held<Claimed> | null>;
  readonly #settleInGroup: (result: Result) => Promise<undefined>;
  readonly #giveBackInGroup: (id: string) => Promise<undefined>;
  #isClosed = false;

  constructor(store: WorkStore<Claimed, Result>, idOf: (claimed: Claimed) => string, options: ClaimOptions) {
    this.#store = store;
    this.#idOf = idOf;
    this.#options = options;
    this.#claimInGroup = groupCalls((ids) => this.#claimMany(ids), { maxItems: MAX_CLAIM });
    this.#settleInGroup = groupCalls((results) => this.#settleMany(results), {
      maxItems: MAX_CLAIM,
      gathersMs: 5,
    });
    this.#giveBackInGroup = groupCalls((ids) => this.#giveBackMany(ids), { maxItems: MAX_CLAIM });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async claim(id: string): Promise<Held<Claimed> | null> {
    return this.#isClosed ? null : this.#claimInGroup(id);
  }

  async take(limit: number, except: readonly string[] = []): Promise<readonly Held<Claimed>[]> {
    return this.#isClosed ? [] : this.#claimFromStore({ limit, except });
  }

  adopt(claimed: readonly Claimed[], lease: Lease): readonly Held<Claimed>[] {
    if (this.#isClosed) {
      this.abandon(claimed.map(this.#idOf), lease);
      return [];
    }
    for (const item of claimed) this.#leases.set(this.#idOf(item), lease);
    return claimed.map((item) => ({ lease: lease.name, ...item }));
  }

  isHeld(id: string): boolean {
    const lease = this.#leases.get(id);
    return lease !== undefined && lease.until > this.#options.clock.now();
  }

  async settle(result: Result): Promise<void> {
    // given back meanwhile: what came of it here is what closing made of it, no word of the receiver's
    if (this.#isClosed && !this.#leases.has(result.id)) return;
    this.#settling.add(result.id);
    try {
      await this.#settleInGroup(result);
    } finally {
      this.#settling.delete(result.id);
    }
  }

  async settleBy(held: HeldClaim, write: (begin: () => void) => Promise<boolean>): Promise<boolean> {
    try {
      const isSettled = await write(() => this.#settling.add(held.id));
      if (isSettled && this.#isOwn(held)) this.#leases.delete(held.id);
      return isSettled;
    } finally {
      this.#settling.delete(held.id);
    }
  }

  forget(id: string): void {
    this.#leases.delete(id);
  }

  abandon(ids: readonly string[], lease: Lease): void {
    // what cannot be given back is free when the lease ends
    if (ids.length > 0) this.#releaseSurely(ids, lease.name).catch(() => {});
  }

  giveBack(id: string): Promise<void> {
    return this.#giveBackInGroup(id);
  }

  async renewAll(): Promise<number> {
    const held = [...this.#leases].map(([id, { name }]) => ({ id, lease: name }));
    if (held.length === 0) return 0;
    const until = this.#options.clock.now() + this.#options.leaseMs;
    const renewed = new Set(await this.#store.renew(held, until));
    // settled in the meantime is not lost
    const open = held.filter((claim) => this.#isOwn(claim));
    for (const { id, lease } of open) if (renewed.has(id)) this.#leases.set(id, { name: lease, until });
    const lost = open.filter(({ id }) => !renewed.has(id) && !this.#settling.has(id));
    for (const { id } of lost) this.#leases.delete(id);
    return lost.length;
  }

  async releaseAll(): Promise<void> {
    this.#isClosed = true;
    const open = [...this.#leases].filter(([id]) => !this.#settling.has(id));
    for (const [id] of open) this.#leases.delete(id);
    await Promise.all(idsByLease(open).map(([lease, ids]) => this.#store.release(ids, lease)));
  }

  async #giveBackMany(ids: readonly string[]): Promise<readonly undefined[]> {
    const wanted = new Set(ids);
    const given = [...this.#leases].filter(([id]) => wanted.has(id));
    for (const [id] of given) this.#leases.delete(id);
    await Promise.all(idsByLease(given).map(([lease, held]) => this.#releaseSurely(held, lease)));
    return ids.map(() => undefined);
  }

  #releaseSurely(ids: readonly string[], lease: string): Promise<void> {
    const release = () => this.#store.release(ids, lease);
    return keepTrying(release, this.#options.clock, () => this.#isClosed);
  }

  async #claimMany(wanted: readonly string[]): Promise<readonly (Held<Claimed> | null)[]> {
    const ids = [...new Set(wanted)];
    const held = await this.#claimFromStore({ ids, limit: ids.length });
    const byId = new Map(held.map((item) => [this.#idOf(item), item]));
    return wanted.map((id) => takeFrom(byId, id));
  }

  async #claimFromStore(
    wanted: Pick<ClaimRequest, 'ids' | 'except' | 'limit'>,
  ): Promise<readonly Held<Claimed>[]> {
    const { leaseMs, newLease } = this.#options;
    const now = this.#options.clock.now();
    const lease = { name: newLease(), until: now + leaseMs };
    const claimed = await this.#store.claim({ ...wanted, now, leaseMs, lease: lease.name });
    return this.adopt(claimed, lease);
  }

  async #settleMany(results: readonly Result[]): Promise<readonly undefined[]> {
    const { clock } = this.#options;
    await keepTrying(
      () => this.#store.settle(results),
      clock,
      () => this.#isClosed,
    );
    for (const result of results) if (this.#isOwn(result)) this.#leases.delete(result.id);
    return results.map(() => undefined);
  }

  #isOwn({ id, lease }: HeldClaim): boolean {
    return this.#leases.get(id)?.name === lease;
  }
}

function idsByLease(
  leases: Iterable<readonly [string, Lease]>,
): readonly (readonly [string, readonly string[]])[] {
  const held = new Map<string, string[]>();
  for (const [id, { name }] of leases) held.set(name, [...(held.get(name) ?? []), id]);
  return [...held];
}

/** The first who asks gets it: the work is done once, even where two claims of it meet in one group. */
function takeFrom<Item>(items: Map<string, Item>, id: string): Item | null {
  const item = items.get(id) ?? null;
  items.delete(id);
  return item;
}
