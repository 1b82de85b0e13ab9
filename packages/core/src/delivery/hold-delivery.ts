import { groupCalls } from '../batching/group-calls.js';
import type { Clock } from '../ports/clock.js';
import type { DeliveryStore } from '../ports/store.js';
import type { HeldDelivery } from '../ports/work-store.js';
import { keepTrying } from '../worker/keep-trying.js';

const MAX_HELD = 200;

/** Puts claimed deliveries aside, many with one write. What cannot be is due again when its lease ends. */
export function holder(
  store: Pick<DeliveryStore, 'hold'>,
  clock: Clock,
  /** The process ends: what is not stored by now is due again when its lease ends. */
  isClosed: () => boolean,
): (delivery: HeldDelivery) => Promise<void> {
  return groupCalls(
    async (deliveries: readonly HeldDelivery[]) => {
      await keepTrying(() => store.hold(deliveries), clock, isClosed);
      return deliveries.map(() => undefined);
    },
    { maxItems: MAX_HELD },
  );
}
