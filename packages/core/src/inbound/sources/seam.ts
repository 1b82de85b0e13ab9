import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Seam's webhooks, which come by Svix. The secret is the endpoint's, `whsec_...`. */
export const seam = defineSender(
  standardSender({
    kind: 'seam',
    title: 'Seam',
    docs: 'https://docs.seam.co/latest/developer-tools/webhooks',
    evidence: 'sdk',
    headers: ['svix'],
    type: { path: 'event_type' },
  }),
);
