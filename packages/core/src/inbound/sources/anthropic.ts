import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Anthropic's webhooks, by Standard Webhooks. The secret is the endpoint's, `whsec_...`. */
export const anthropic = defineSender(
  standardSender({
    kind: 'anthropic',
    title: 'Anthropic',
    docs: 'https://docs.anthropic.com/en/api/webhooks',
    evidence: 'sdk',
    headers: ['webhook'],
    type: { path: 'type' },
  }),
);
