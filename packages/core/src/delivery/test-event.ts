import { buildEventRecord } from '../events/build-event.js';
import type { EventRecord } from '../events/event.js';
import type { DeliveryRecord } from './delivery.js';
import type { WebhookRecord } from './webhook.js';

const TEST_EVENT = 'hookline.test';
const MAX_BYTES = 10_000;

/** Whether it was asked for by a person, to see at once whether the webhook works. */
export function isFreshTest({
  eventType,
  attemptCount,
}: Pick<DeliveryRecord, 'eventType' | 'attemptCount'>): boolean {
  return eventType === TEST_EVENT && attemptCount === 0;
}

export function isTest({ eventType }: { readonly eventType: string }): boolean {
  return eventType === TEST_EVENT;
}

/** What is sent to see whether a webhook works. */
export function testEvent({ id: webhookId, accountId }: WebhookRecord, id: string, now: number): EventRecord {
  return buildEventRecord({
    id,
    type: TEST_EVENT,
    visibility: 'internal',
    timestamp: now,
    account: accountId,
    dataJson: JSON.stringify({ webhookId, message: 'This is a test event.' }),
    maxPayloadBytes: MAX_BYTES,
  });
}
