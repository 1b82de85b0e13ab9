import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Recall.ai's webhooks, by Standard Webhooks. The secret is the workspace's verification secret, `whsec_...`. */
export const recallAi = defineSender(
  standardSender({
    kind: 'recall_ai',
    title: 'Recall.ai',
    docs: 'https://docs.recall.ai/docs/authenticating-requests-from-recallai',
    evidence: 'catalogues',
    headers: ['webhook', 'svix'],
    type: { path: 'event' },
  }),
);
