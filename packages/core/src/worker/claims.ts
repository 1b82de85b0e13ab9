import { groupCalls } from '../batching/group-calls.js';
import type { ClaimRequest, WorkStore } from '../ports/store.js';

const MAX_CLAIM = 200;

/** A claimed item and the lease it is held by. */
export type Held<Claimed> = Claimed & { readonly lease: string };

export interface Claims<Claimed, Result> {
  /** Null where somebody else holds it, or there is nothing left to do. */
  claim(id: string): Promise<Held<Claimed> | null>;
  settle(result: Result): Promise<void>;
  /** Gives back all that is claimed and not settled; nothing is claimed or recorded after it. */
  releaseAll(): Promise<void>;
}

export interface ClaimOptions {
  readonly leaseMs: number;
  readonly now: () => number;
  readonly newLease: () => string;
}

/** Claims and settles one at a time for the caller, in groups for the store. */
export function groupedClaims<Claimed, Result extends { readonly id: string; readonly lease: string }>(
  store: WorkStore<Claimed, Result>,
  idOf: (claimed: Claimed) => string,
  options: ClaimOptions,
): Claims<Claimed, Result> {
  const leases = new Map<string, string>();
  let isClosed = false;
  const claimMany = async (wanted: readonly string[]): Promise<readonly (Held<Claimed> | null)[]> => {
    const ids = [...new Set(wanted)];
    const lease = options.newLease();
    const request: ClaimRequest = {
      ids,
      limit: ids.length,
      now: options.now(),
      leaseMs: options.leaseMs,
      lease,
    };
    const claimed = await store.claim(request);
    const byId = new Map(claimed.map((item) => [idOf(item), { ...item, lease }]));
    for (const id of byId.keys()) leases.set(id, lease);
    if (isClosed) {
      await releaseAll();
      return wanted.map(() => null);
    }
    return wanted.map((id) => takeFrom(byId, id));
  };
  const settleMany = async (results: readonly Result[]): Promise<readonly undefined[]> => {
    await store.settle(results);
    for (const { id, lease } of results) if (leases.get(id) === lease) leases.delete(id);
    return results.map(() => undefined);
  };
  const releaseAll = async (): Promise<void> => {
    isClosed = true;
    const held = idsByLease(leases);
    leases.clear();
    await Promise.all(held.map(([lease, ids]) => store.release(ids, lease)));
  };
  const claim = groupCalls(claimMany, { maxItems: MAX_CLAIM });
  const settle = groupCalls(settleMany, { maxItems: MAX_CLAIM });
  return {
    claim: async (id) => (isClosed ? null : claim(id)),
    async settle(result) {
      // given back meanwhile: what came of it here is what closing made of it, no word of the receiver's
      if (!isClosed || leases.get(result.id) === result.lease) await settle(result);
    },
    releaseAll,
  };
}

function idsByLease(leases: ReadonlyMap<string, string>): readonly (readonly [string, readonly string[]])[] {
  const held = new Map<string, string[]>();
  for (const [id, lease] of leases) held.set(lease, [...(held.get(lease) ?? []), id]);
  return [...held];
}

/** The first who asks gets it: the work is done once, even where two claims of it meet in one group. */
function takeFrom<Item>(items: Map<string, Item>, id: string): Item | null {
  const item = items.get(id) ?? null;
  items.delete(id);
  return item;
}
