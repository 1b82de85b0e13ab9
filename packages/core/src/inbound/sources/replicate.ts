import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Replicate's webhooks, by Standard Webhooks. The secret is the account's signing key, `whsec_...`. A prediction names no type but a
 * `status`: `succeeded`, `failed`. */
export const replicate = defineSender(
  standardSender({
    kind: 'replicate',
    title: 'Replicate',
    docs: 'https://replicate.com/docs/topics/webhooks/verify-webhook',
    evidence: 'sdk',
    headers: ['webhook'],
    type: { path: 'status' },
  }),
);
