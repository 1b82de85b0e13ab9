import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Autumn's webhooks, which come by Svix. The secret is the endpoint's, `whsec_...`. */
export const autumn = defineSender(
  standardSender({
    kind: 'autumn',
    title: 'Autumn',
    docs: 'https://docs.useautumn.com/documentation/webhooks',
    evidence: 'catalogues',
    headers: ['svix'],
    type: { path: 'type' },
  }),
);
