import type { OutboundRequest } from '../ports/http-client.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Profile } from '../signing/header-profile.js';
import type { SigningKey } from '../signing/signing-key.js';
import { VERSION } from '../version.js';
import type { Granted } from './access.js';
import type { Composed } from './compose-body.js';
import type { WebhookRecord } from './webhook.js';

const USER_AGENT = `Hookline/${VERSION}`;

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
}

export interface RequestParts {
  readonly work: ClaimedDelivery;
  readonly webhook: WebhookRecord;
  readonly composed: Composed;
  readonly access: Granted;
  /** The webhook's. */
  readonly profile: Profile;
  /** Those that sign, newest first. */
  readonly keys: readonly SigningKey[];
  /** The instant of this attempt, in milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * The request of one attempt, signed by every secret that signs now, in the headers of the webhook's profile. The id in
 * them is the event's, the same on every attempt, so that a receiver can drop what it has had; the timestamp is this
 * attempt's (Standard Webhooks spec). What stands for Hookline wins over headers of the event, and those over the webhook's,
 * whatever the case of their names.
 */
export function buildRequest(
  { work, webhook, composed, access, profile, keys, now }: RequestParts,
  options: RequestOptions,
): OutboundRequest {
  const { delivery, headers, depth } = work;
  const { body, contentType } = composed;
  const { eventId, eventType } = delivery;
  const timestampS = Math.floor(now / 1_000);
  const { id: webhookId, url } = webhook;
  const signed = profile.sign({ eventId, eventType, webhookId, url, timestampS, body, keys });
  // spread last: V8 makes an object slow that gets names after a spread
  const own = {
    'content-type': contentType,
    'user-agent': USER_AGENT,
    'hookline-event-type': eventType,
    'hookline-delivery-id': delivery.id,
    'hookline-attempt': String(delivery.attemptCount + 1),
    'hookline-depth': String(depth),
    ...signed,
  };
  const isPlain = headers === null && access.headers === null;
  const request = {
    url,
    body,
    headers: isPlain ? own : { ...inLowerCase(access.headers), ...inLowerCase(headers), ...own },
    ...options,
  };
  return access.tls === null ? request : { ...request, tls: access.tls };
}

/** Names mean the same in any case (RFC 9110, section 5.1): two of them would be sent as a list of both values. */
function inLowerCase(
  headers: Readonly<Record<string, string>> | null,
): Readonly<Record<string, string>> | undefined {
  if (headers === null) return undefined;
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
