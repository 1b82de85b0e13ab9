import { createHmac, sign } from 'node:crypto';
import type { StandardKey } from './signing-key.js';

export interface StandardWebhook {
  /** The `webhook-id`; must hold no `.`, which separates what is signed. */
  readonly id: string;
  /** The `webhook-timestamp`, in whole seconds since the Unix epoch. */
  readonly timestampS: number;
  /** The exact bytes that are sent. */
  readonly body: Uint8Array;
  /** Each signs. */
  readonly keys: readonly StandardKey[];
}

/** The value of `webhook-signature` (Standard Webhooks 1.0): one `v1,<base64>` or `v1a,<base64>` per key, joined by spaces. */
export function signStandardWebhook({ id, timestampS, body, keys }: StandardWebhook): string {
  const head = `${id}.${timestampS}.`;
  return keys.map((key) => `${key.kind},${signatureOf(key, head, body)}`).join(' ');
}

function signatureOf(key: StandardKey, head: string, body: Uint8Array): string {
  // the body goes in as it is: joining it to the head would copy it once per key
  if (key.kind === 'v1') return createHmac('sha256', key.bytes).update(head).update(body).digest('base64');
  return sign(null, Buffer.concat([Buffer.from(head), body]), key.privateKey).toString('base64');
}
