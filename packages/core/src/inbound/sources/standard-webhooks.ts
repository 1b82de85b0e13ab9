import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/**
 * Any sender that follows Standard Webhooks, and another Hookline.
 *
 * Takes the headers `webhook-*` and `svix-*`, signatures `v1` and `v1a`. The secret is `whsec_...`, or a public key `whpk_...`
 * of a sender that signs with Ed25519. The id is the `webhook-id`, which must hold no `.`; the type is the body's `type`.
 */
export const standardWebhooks = defineSender(
  standardSender({
    kind: 'standard_webhooks',
    title: 'Standard Webhooks',
    docs: 'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
    evidence: 'sdk',
    headers: ['webhook', 'svix'],
    type: { path: 'type' },
  }),
);
