import { defineSender } from '../create-source.js';
import { standardSender } from '../schemes/standard-webhooks.js';

/** Resend's webhooks, which come by Svix. The secret is the webhook's signing secret, `whsec_...`. */
export const resend = defineSender(
  standardSender({
    kind: 'resend',
    title: 'Resend',
    docs: 'https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests',
    evidence: 'sdk',
    headers: ['svix'],
    type: { path: 'type' },
  }),
);
