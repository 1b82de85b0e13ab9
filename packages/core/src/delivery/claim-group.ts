import type { Clock } from '../ports/clock.js';
import type { DeliveryStore } from '../ports/store.js';
import type { ClaimedDelivery, DeliveryResult } from '../ports/work-store.js';
import type { Claims, Held } from '../worker/claims.js';
import type { Works } from './gathering.js';
import { dismiss, type SettleDeps } from './settle-attempt.js';

/** So many of what is debounced are superseded at once. */
export const MAX_DEBOUNCED = 1_000;

/** Deliveries that go together, in the order of their events. */
export interface HeldGroup {
  /** One at least. */
  readonly works: Works;
  /** Ends the hold on those that were claimed for it. */
  readonly end: () => void;
}

/** Claims what goes together with deliveries of the group that are claimed, up to so many in all. */
export type ClaimGroup = (works: Works, maxItems: number) => Promise<HeldGroup>;

export interface ClaimGroupDeps {
  readonly deliveries: Pick<DeliveryStore, 'claimGroup'>;
  readonly claims: Claims<ClaimedDelivery, DeliveryResult>;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly newLease: () => string;
}

export function groupClaimer({ deliveries, claims, clock, leaseMs, newLease }: ClaimGroupDeps): ClaimGroup {
  const forgetAll = (works: readonly Held<ClaimedDelivery>[]) => {
    for (const { delivery } of works) claims.forget(delivery.id);
  };
  return async (works, maxItems) => {
    const [work] = works;
    const { groupKey } = work.delivery;
    const limit = maxItems - works.length;
    if (groupKey === null || limit <= 0) return { works, end: () => {} };
    const [now, lease] = [clock.now(), newLease()];
    const except = works.map(({ delivery }) => delivery.id);
    const claimed = await deliveries.claimGroup({ groupKey, limit, except, now, leaseMs, lease });
    const others = claims.adopt(claimed, { name: lease, until: now + leaseMs });
    const [first = work, ...rest] = [...works, ...others].sort(byEvent);
    return { works: [first, ...rest], end: () => forgetAll(others) };
  };
}

function byEvent(a: ClaimedDelivery, b: ClaimedDelivery): number {
  if (a.order !== null && b.order !== null) return a.order - b.order;
  return a.delivery.eventId < b.delivery.eventId ? -1 : 1;
}

/** Of events about the same within a short time only the last is sent. */
export async function newestOf(deps: SettleDeps, works: Works): Promise<Held<ClaimedDelivery>> {
  const newest = works.at(-1) ?? works[0];
  const older = works.filter((work) => work !== newest);
  await Promise.all(older.map((work) => dismiss(deps, work, { kind: 'refused', reason: 'superseded' })));
  return newest;
}
