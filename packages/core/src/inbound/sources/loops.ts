import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Loops' webhooks, by Standard Webhooks. The secret is the endpoint's signing secret, `whsec_...`. */
export const loops = defineSender(
  standardSender({
    kind: 'loops',
    title: 'Loops',
    docs: 'https://loops.so/docs/webhooks',
    evidence: 'catalogues',
    headers: ['webhook'],
    type: { path: 'eventName' },
  }),
);
