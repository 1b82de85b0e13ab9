import type { EventRecord } from '../events/event.js';
import type { RunRecord } from '../listeners/run.js';
import { CLOCK_MARGIN_MS } from '../ports/clock.js';
import { type DeliveryRecord, deliveryId, HELD_UNTIL_RESUMED } from './delivery.js';
import { groupOf } from './group.js';
import type { WebhookRecord } from './webhook.js';

type Waiting = Pick<DeliveryRecord, 'hold' | 'groupKey' | 'nextAttemptAt'>;

/** A new delivery: due at once, or held, or over before it begins where its webhook is inactive. */
export function oweDelivery(event: EventRecord, webhook: WebhookRecord, now: number): DeliveryRecord {
  const refusal = refusalOf(webhook);
  const { hold, groupKey, nextAttemptAt } = refusal === null ? waitingOf(event, webhook, now) : OVER;
  return {
    id: deliveryId(event.id, webhook.id),
    eventId: event.id,
    eventType: event.type,
    webhookId: webhook.id,
    accountId: event.accountId,
    state: refusal === null ? 'pending' : 'cancelled',
    attemptCount: 0,
    scheduledAttemptCount: 0,
    manual: false,
    hold,
    groupKey,
    nextAttemptAt,
    reason: refusal,
    createdAt: now,
    finalizedAt: refusal === null ? null : now,
  };
}

/** Why nothing is sent to a webhook; null where something is. */
export function refusalOf({ active, disabled }: WebhookRecord): string | null {
  if (active) return null;
  return disabled === null ? 'webhook-inactive' : 'webhook-disabled';
}

/** Whether somebody is to begin with it now. */
export function isDueAtOnce({ state, hold }: Pick<DeliveryRecord | RunRecord, 'state' | 'hold'>): boolean {
  return state === 'pending' && hold === null;
}

const OVER: Waiting = { hold: null, groupKey: null, nextAttemptAt: null };

/**
 * What waits in a group is held without end until its turn comes. Whether its webhook is paused is seen when it is claimed:
 * put aside here it would be missed by who resumes the webhook just now.
 */
function waitingOf(event: EventRecord, webhook: WebhookRecord, now: number): Waiting {
  const group = groupOf(event, webhook);
  if (group !== null) return { hold: group.hold, groupKey: group.key, nextAttemptAt: HELD_UNTIL_RESUMED };
  // due at once, also for a process whose clock is a little behind
  return { hold: null, groupKey: null, nextAttemptAt: now - CLOCK_MARGIN_MS };
}
