import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Clerk's webhooks, which come by Svix. The secret is the endpoint's signing secret, `whsec_...`. */
export const clerk = defineSender(
  standardSender({
    kind: 'clerk',
    title: 'Clerk',
    docs: 'https://clerk.com/docs/webhooks/overview',
    evidence: 'sdk',
    headers: ['svix'],
    type: { path: 'type' },
  }),
);
