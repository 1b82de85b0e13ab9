import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Granola's webhooks, by Standard Webhooks. The secret is the endpoint's, `whsec_...`. */
export const granola = defineSender(
  standardSender({
    kind: 'granola',
    title: 'Granola',
    docs: 'https://docs.granola.ai/',
    evidence: 'catalogues',
    headers: ['webhook'],
    type: { path: 'type' },
  }),
);
