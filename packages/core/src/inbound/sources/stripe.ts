import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Stripe's webhooks: `Stripe-Signature` with `t` and one or more `v1`. Like Stripe's own library it refuses what is
 * too old, never what comes from a clock that runs ahead. The secret is the endpoint's, `whsec_...`, used whole.
 */
export const stripe = defineSender({
  kind: 'stripe',
  title: 'Stripe',
  docs: 'https://docs.stripe.com/webhooks#verify-manually',
  evidence: 'sdk',
  scheme: signed({
    signature: 'Stripe-Signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
    timestamp: { label: 't', future: Number.POSITIVE_INFINITY },
  }),
  id: { path: 'id' },
  type: { path: 'type' },
});
