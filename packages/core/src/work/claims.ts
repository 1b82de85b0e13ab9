import { groupCalls } from '../batching/group-calls.js';
import type { ClaimRequest, WorkStore } from '../ports/store.js';

const MAX_CLAIM = 200;

/** A claimed item and the lease it is held by. */
export type Held<Claimed> = Claimed & { readonly lease: string };

export interface Claims<Claimed, Result> {
  /** Null where somebody else holds it, or there is nothing left to do. */
  claim(id: string): Promise<Held<Claimed> | null>;
  settle(result: Result): Promise<void>;
  /** Gives back all that is claimed and not settled. */
  releaseAll(): Promise<void>;
}

export interface ClaimOptions {
  readonly leaseMs: number;
  readonly now: () => number;
  readonly newLease: () => string;
}

/** Claims and settles one at a time for the caller, in groups for the store. */
export function groupedClaims<Claimed, Result extends { readonly id: string }>(
  store: WorkStore<Claimed, Result>,
  idOf: (claimed: Claimed) => string,
  options: ClaimOptions,
): Claims<Claimed, Result> {
  const leases = new Map<string, string>();
  const claimMany = async (ids: readonly string[]): Promise<readonly (Held<Claimed> | null)[]> => {
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
    return ids.map((id) => byId.get(id) ?? null);
  };
  const settleMany = async (results: readonly Result[]): Promise<readonly undefined[]> => {
    await store.settle(results);
    for (const { id } of results) leases.delete(id);
    return results.map(() => undefined);
  };
  const releaseAll = async (): Promise<void> => {
    const held = [...leases];
    leases.clear();
    await Promise.all(held.map(([id, lease]) => store.release([id], lease)));
  };
  return { claim: groupCalls(claimMany, MAX_CLAIM), settle: groupCalls(settleMany, MAX_CLAIM), releaseAll };
}
