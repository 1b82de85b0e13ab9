import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Brex's webhooks, which come by Svix. The secret is the one that its API answers, `whsec_...`. */
export const brex = defineSender(
  standardSender({
    kind: 'brex',
    title: 'Brex',
    docs: 'https://developer.brex.com/docs/webhooks/',
    evidence: 'catalogues',
    headers: ['webhook', 'svix'],
    type: { path: 'event_type' },
  }),
);
