import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Dodo Payments' webhooks, by Standard Webhooks. The secret is the webhook's, `whsec_...`. */
export const dodoPayments = defineSender(
  standardSender({
    kind: 'dodo_payments',
    title: 'Dodo Payments',
    docs: 'https://docs.dodopayments.com/developer-resources/webhooks',
    evidence: 'sdk',
    headers: ['webhook'],
    type: { path: 'type' },
  }),
);
