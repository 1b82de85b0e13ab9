import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Composio's webhooks, by Standard Webhooks. The secret is the project's webhook secret, `whsec_...`. */
export const composio = defineSender(
  standardSender({
    kind: 'composio',
    title: 'Composio',
    docs: 'https://docs.composio.dev/docs/webhook-verification',
    evidence: 'catalogues',
    headers: ['webhook'],
    type: { path: 'type' },
  }),
);
