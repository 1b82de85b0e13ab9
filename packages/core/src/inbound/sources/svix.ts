import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Anybody who sends by Svix. The secret is the endpoint's, `whsec_...`. */
export const svix = defineSender(
  standardSender({
    kind: 'svix',
    title: 'Svix',
    docs: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
    evidence: 'sdk',
    headers: ['svix', 'webhook'],
    type: { path: 'type' },
  }),
);
