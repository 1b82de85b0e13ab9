import type { ClaimedDelivery, DeliveryRecord, DeliveryResult, EventRecord, Store } from '@hookline/core';
import { accountOf, eventTypeOf, WEBHOOKS_PER_ACCOUNT, webhookIdOf } from './catalogue.js';
import { newId } from './new-id.js';

/** Like a clock that is a little behind: due at once for whoever looks. */
const PAST_MS = 2_000;
const PAYLOAD_NOTE = 'Please ring twice. '.repeat(8);

export function makeEvent(number: number): EventRecord {
  const id = newId('evt');
  const occurredAt = Date.now();
  const type = eventTypeOf(number);
  return {
    id,
    type,
    accountId: String(accountOf(number)),
    visibility: 'subscribable',
    occurredAt,
    payload: JSON.stringify({
      type,
      timestamp: occurredAt,
      data: { order: { id: number, note: PAYLOAD_NOTE } },
    }),
    subjectType: 'Order',
    subjectId: String(number),
    causationId: null,
    correlationId: id,
    depth: 0,
    requestId: null,
    webhookId: null,
    headers: null,
    erasedAt: null,
  };
}

/** One for each webhook of the event's account, due now. */
export function makeDeliveries(event: EventRecord): readonly DeliveryRecord[] {
  const webhooks = Array.from({ length: WEBHOOKS_PER_ACCOUNT }, (_, k) => k);
  return webhooks.map((k) => makeDelivery(event, webhookIdOf(Number(event.accountId), k)));
}

export function makeDelivery(event: EventRecord, webhookId: string): DeliveryRecord {
  return {
    id: `dlv_${event.id.slice(4)}${webhookId.slice(-16)}`,
    eventId: event.id,
    eventType: event.type,
    webhookId,
    accountId: event.accountId,
    state: 'pending',
    attemptCount: 0,
    scheduledAttemptCount: 0,
    manual: false,
    hold: null,
    groupKey: null,
    nextAttemptAt: event.occurredAt - PAST_MS,
    reason: null,
    createdAt: event.occurredAt,
    finalizedAt: null,
  };
}

export type Ending = 'delivered' | 'exhausted' | 'retrying';

/** How a claimed delivery went on; one that is tried again is due after `retryMs`. */
export function makeResult(
  { delivery }: ClaimedDelivery,
  lease: string,
  ending: Ending,
  retryMs = 0,
): DeliveryResult {
  const startedAt = Date.now();
  const isFine = ending === 'delivered';
  return {
    id: delivery.id,
    lease,
    attempt: {
      id: newId('att'),
      deliveryId: delivery.id,
      number: 1,
      outcome: isFine ? 'succeeded' : 'failed',
      failureReason: isFine ? null : 'status',
      failureMessage: isFine ? null : 'answered 503',
      startedAt,
      durationMs: 20,
      responseStatus: isFine ? 200 : 503,
      responseHeaders: { 'content-type': 'application/json', connection: 'keep-alive' },
      responseBody: '{"ok":true}',
    },
    state: ending,
    attemptCount: 1,
    scheduledAttemptCount: 1,
    manual: false,
    nextAttemptAt: ending === 'retrying' ? startedAt + retryMs : null,
    reason: isFine ? null : 'status',
    finalizedAt: ending === 'retrying' ? null : startedAt,
  };
}

/** Stores events and what they owe, as a relay does. */
export async function fanOut(
  store: Store,
  events: readonly EventRecord[],
  deliveries: readonly DeliveryRecord[],
): Promise<void> {
  await store.events.settle({
    eventIds: events.map(({ id }) => id),
    deliveries: deliveries.map((delivery) => ({ ...delivery, lease: null })),
    runs: [],
    leasedUntil: 0,
    webhookVersion: null,
  });
}
