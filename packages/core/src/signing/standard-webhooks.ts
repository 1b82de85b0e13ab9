import { createHmac } from 'node:crypto';

export interface StandardWebhook {
  /** The `webhook-id`; must hold no `.`, which separates what is signed. */
  readonly id: string;
  /** The `webhook-timestamp`, in whole seconds since the Unix epoch. */
  readonly timestampS: number;
  /** The exact bytes that are sent. */
  readonly body: Uint8Array;
  /** Decoded secrets; each signs. */
  readonly keys: readonly Uint8Array[];
}

/** The value of `webhook-signature` (Standard Webhooks 1.0): one `v1,<base64>` per key, joined by spaces. */
export function signStandardWebhook({ id, timestampS, body, keys }: StandardWebhook): string {
  const head = `${id}.${timestampS}.`;
  return keys.map((key) => `v1,${macOf(key, head, body)}`).join(' ');
}

/** The body goes in as it is: joining it to the head would copy it once per key. */
function macOf(key: Uint8Array, head: string, body: Uint8Array): string {
  return createHmac('sha256', key).update(head).update(body).digest('base64');
}
