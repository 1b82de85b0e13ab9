import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Render's webhooks, by Standard Webhooks. The secret is the webhook's signing secret, `whsec_...`. */
export const render = defineSender(
  standardSender({
    kind: 'render',
    title: 'Render',
    docs: 'https://render.com/docs/webhooks',
    evidence: 'catalogues',
    headers: ['webhook'],
    type: { path: 'type' },
  }),
);
