import type { OutboundRequest } from '../ports/http-client.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import { signStandardWebhook } from '../signing/standard-webhooks.js';
import { VERSION } from '../version.js';

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
}

export interface Signable {
  readonly url: string;
  readonly work: ClaimedDelivery;
  /** The decoded secrets that sign, newest first. */
  readonly keys: readonly Buffer[];
  /** The instant of this attempt, in milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * The request of one attempt: the stored bytes as they are, signed by every secret that signs now. `webhook-id`
 * is the event's id, the same on every attempt, so that a receiver can drop what it has had; the timestamp is
 * this attempt's (Standard Webhooks spec).
 */
export function buildRequest({ url, work, keys, now }: Signable, options: RequestOptions): OutboundRequest {
  const { delivery, payload } = work;
  const body = Buffer.from(payload, 'utf8');
  const timestampS = Math.floor(now / 1_000);
  return {
    url,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': `Hookline/${VERSION}`,
      'webhook-id': delivery.eventId,
      'webhook-timestamp': String(timestampS),
      'webhook-signature': signStandardWebhook({ id: delivery.eventId, timestampS, body, keys }),
      'hookline-event-type': delivery.eventType,
      'hookline-delivery-id': delivery.id,
      'hookline-attempt': String(delivery.attemptCount + 1),
    },
    ...options,
  };
}
