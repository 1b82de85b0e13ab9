import { createHmac, randomUUID } from 'node:crypto';
import { signingKey } from '../../packages/core/src/signing/signing-key.js';
import { signStandardWebhook } from '../../packages/core/src/signing/standard-webhooks.js';

/** Bytes and text are sent as they are, anything else as JSON. */
export type RequestBody = Uint8Array | string | object;

/** A request as its sender would make it. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface SignedGithubRequest {
  /** The `X-GitHub-Event`, such as `issues`. */
  readonly event: string;
  readonly body: RequestBody;
  readonly secret: string;
  /** Default: a new one. */
  readonly deliveryId?: string;
}

export interface SignedStripeRequest {
  readonly body: RequestBody;
  readonly secret: string;
  /** Milliseconds since the Unix epoch. Default: now. */
  readonly now?: number;
}

export interface SignedStandardWebhook extends SignedStripeRequest {
  /** Default: a new one. */
  readonly id?: string;
}

/** Requests as their senders make them, by other code than that of the sources. */
export const signedRequest = {
  github({ event, body, secret, deliveryId = randomUUID() }: SignedGithubRequest): SignedRequest {
    const bytes = toBytes(body);
    const signature = `sha256=${hexMac(secret, bytes)}`;
    return withHeaders(bytes, {
      'x-github-event': event,
      'x-github-delivery': deliveryId,
      'x-hub-signature-256': signature,
    });
  },

  stripe({ body, secret, now = Date.now() }: SignedStripeRequest): SignedRequest {
    const bytes = toBytes(body);
    const timestampS = Math.floor(now / 1_000);
    const signature = hexMac(secret, `${timestampS}.`, bytes);
    return withHeaders(bytes, { 'stripe-signature': `t=${timestampS},v1=${signature}` });
  },

  /** Throws VALIDATION_FAILED for a secret that cannot sign. */
  standardWebhooks({
    body,
    secret,
    id = `msg_${randomUUID()}`,
    now = Date.now(),
  }: SignedStandardWebhook): SignedRequest {
    const bytes = toBytes(body);
    const timestampS = Math.floor(now / 1_000);
    const keys = [signingKey(secret)];
    return withHeaders(bytes, {
      'webhook-id': id,
      'webhook-timestamp': String(timestampS),
      'webhook-signature': signStandardWebhook({ id, timestampS, body: bytes, keys }),
    });
  },
};

function toBytes(body: RequestBody): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8');
}

function withHeaders(body: Buffer, headers: Readonly<Record<string, string>>): SignedRequest {
  return { headers: { 'content-type': 'application/json', ...headers }, body };
}

function hexMac(secret: string, ...parts: readonly (string | Uint8Array)[]): string {
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(part);
  return mac.digest('hex');
}
