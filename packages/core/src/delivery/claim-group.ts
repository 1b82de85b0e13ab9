import type { Clock } from '../ports/clock.js';
import type { DeliveryStore } from '../ports/store.js';
import type { ClaimedDelivery, DeliveryResult } from '../ports/work-store.js';
import type { Claims, Held } from '../worker/claims.js';
import { dismiss, type SettleDeps } from './settle-attempt.js';

const MAX_DEBOUNCED = 1_000;

/** Deliveries that go together, in the order of their events. */
export interface HeldGroup {
  /** One at least. */
  readonly works: readonly [Held<ClaimedDelivery>, ...Held<ClaimedDelivery>[]];
  /** Ends the hold on those that came with the first. */
  readonly end: () => void;
}

/** Claims what goes together with a delivery that is claimed, up to so many in all. */
export type ClaimGroup = (work: Held<ClaimedDelivery>, maxItems?: number) => Promise<HeldGroup>;

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
  return async (work, maxItems = MAX_DEBOUNCED) => {
    const { groupKey, id } = work.delivery;
    if (groupKey === null) return { works: [work], end: () => {} };
    const [now, lease] = [clock.now(), newLease()];
    const request = { groupKey, limit: maxItems - 1, except: [id], now, leaseMs, lease };
    const others = claims.adopt(await deliveries.claimGroup(request), { name: lease, until: now + leaseMs });
    const [first = work, ...rest] = [work, ...others].sort((a, b) =>
      a.delivery.eventId < b.delivery.eventId ? -1 : 1,
    );
    return {
      works: [first, ...rest],
      end: () => forgetAll(others),
    };
  };
}

/** Of events about the same within a short time only the last is sent. */
export async function newestOfGroup(
  deps: SettleDeps,
  works: HeldGroup['works'],
): Promise<Held<ClaimedDelivery>> {
  const newest = works.at(-1) ?? works[0];
  const older = works.filter((work) => work !== newest);
  await Promise.all(older.map((work) => dismiss(deps, work, { kind: 'refused', reason: 'superseded' })));
  return newest;
}
