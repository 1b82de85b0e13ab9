import type { OutboundRequest } from '../ports/http-client.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import { signStandardWebhook } from '../signing/standard-webhooks.js';
import { VERSION } from '../version.js';
import type { Composed } from './compose-body.js';
import type { Access } from './request-access.js';
import type { WebhookRecord } from './webhook.js';

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
}

export interface RequestParts {
  readonly work: ClaimedDelivery;
  readonly webhook: WebhookRecord;
  readonly composed: Composed;
  readonly access: Extract<Access, { readonly kind: 'granted' }>;
  /** The decoded secrets that sign, newest first. */
  readonly keys: readonly Buffer[];
  /** The instant of this attempt, in milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * The request of one attempt, signed by every secret that signs now. `webhook-id` is the event's id, the same on every
 * attempt, so that a receiver can drop what it has had; the timestamp is this attempt's (Standard Webhooks spec).
 */
export function buildRequest(
  { work, webhook, composed, keys, now }: RequestParts,
  options: RequestOptions,
): OutboundRequest {
  const { delivery } = work;
  const { body, contentType } = composed;
  const timestampS = Math.floor(now / 1_000);
  return {
    url: webhook.url,
    body,
    headers: {
      'content-type': contentType,
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
