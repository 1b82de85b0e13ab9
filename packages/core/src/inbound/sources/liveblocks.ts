import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Liveblocks' webhooks, by Standard Webhooks. The secret is the endpoint's, `whsec_...`. */
export const liveblocks = defineSender(
  standardSender({
    kind: 'liveblocks',
    title: 'Liveblocks',
    docs: 'https://liveblocks.io/docs/platform/webhooks',
    evidence: 'sdk',
    headers: ['webhook'],
    type: { path: 'type' },
  }),
);
