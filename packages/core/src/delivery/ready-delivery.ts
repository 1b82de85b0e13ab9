import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Held } from '../worker/claims.js';
import type { ClaimedWork, Readying } from '../worker/work-source.js';
import { type AttemptDeps, attemptDelivery } from './attempt-delivery.js';
import type { WebhookLane } from './webhook-lane.js';
import type { WebhookLanes } from './webhook-lanes.js';

/** Makes a claimed delivery ready to be done: in the lane of its webhook, and put aside where that is full. */
export function readyDelivery(deps: AttemptDeps, lanes: WebhookLanes): Readying<ClaimedDelivery> {
  return (work) => {
    const { delivery, webhook } = work;
    const lane = webhook && lanes.of(webhook);
    return {
      id: delivery.id,
      lane,
      rank: delivery.attemptCount === 0 ? 'first' : 'again',
      perform: (leave) => attemptDelivery(deps, work, leave),
      putAside: () => putAside(deps, work, lane),
    } satisfies ClaimedWork;
  };
}

async function putAside(
  { hold, clock }: AttemptDeps,
  work: Held<ClaimedDelivery>,
  lane: WebhookLane | null,
): Promise<void> {
  const { id, hold: heldBefore } = work.delivery;
  const isAgain = heldBefore === 'concurrency';
  const nextAttemptAt = clock.now() + (lane?.putAsideMs(isAgain) ?? 0);
  await hold({ id, lease: work.lease, hold: 'concurrency', nextAttemptAt });
  if (!isAgain) lane?.notePutAside();
}
