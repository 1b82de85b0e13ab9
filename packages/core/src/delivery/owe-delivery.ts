import type { EventRecord } from '../events/event.js';
import { CLOCK_MARGIN_MS } from '../ports/clock.js';
import { type DeliveryRecord, deliveryId, HELD_UNTIL_RESUMED } from './delivery.js';
import type { WebhookRecord } from './webhook.js';

type Waiting = Pick<DeliveryRecord, 'hold' | 'groupKey' | 'nextAttemptAt'>;

/** A new delivery: due at once, or held, or over before it begins where its webhook is inactive. */
export function oweDelivery(event: EventRecord, webhook: WebhookRecord, now: number): DeliveryRecord {
  const refusal = refusalOf(webhook);
  const waiting = refusal === null ? waitingOf(event, webhook, now) : OVER;
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
    ...waiting,
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
export function isDueAtOnce({ state, hold }: DeliveryRecord): boolean {
  return state === 'pending' && hold === null;
}

/** Whether deliveries of this group wait for the one before them. */
export function isOrdered(groupKey: string): boolean {
  return groupKey.startsWith('subject:') || groupKey.startsWith('webhook:');
}

const OVER: Waiting = { hold: null, groupKey: null, nextAttemptAt: null };

/** Each group comes before a pause: that is seen when the delivery's turn has come. */
function waitingOf(event: EventRecord, { id, paused, settings }: WebhookRecord, now: number): Waiting {
  const { order, debounceMs, batch } = settings;
  const subject = event.subjectType === null ? null : `${event.subjectType}:${event.subjectId}`;
  if (order === 'webhook') return behind(`webhook:${id}`);
  if (order === 'subject' && subject !== null) return behind(`subject:${id}:${subject}`);
  if (debounceMs !== undefined && subject !== null) {
    const groupKey = `debounce:${id}:${event.type}:${subject}`;
    return { hold: 'debounce', groupKey, nextAttemptAt: now + debounceMs };
  }
  if (batch !== undefined)
    return { hold: 'batch', groupKey: `batch:${id}`, nextAttemptAt: now + batch.maxWaitMs };
  if (paused) return { hold: 'paused', groupKey: null, nextAttemptAt: HELD_UNTIL_RESUMED };
  // due at once, also for a process whose clock is a little behind
  return { hold: null, groupKey: null, nextAttemptAt: now - CLOCK_MARGIN_MS };
}

function behind(groupKey: string): Waiting {
  return { hold: 'predecessor', groupKey, nextAttemptAt: HELD_UNTIL_RESUMED };
}
