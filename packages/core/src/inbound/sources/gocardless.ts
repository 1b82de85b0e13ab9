import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * GoCardless's webhooks: hex over the body. The secret is the endpoint's. No timestamp is signed.
 *
 * A request brings many events: its id is made of theirs, its type is resource and action, `payments.confirmed`, where all of
 * them have the same, and otherwise those there are.
 */
export const gocardless = defineSender({
  kind: 'gocardless',
  title: 'GoCardless',
  docs: 'https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks',
  evidence: 'sdk',
  scheme: signed({ signature: 'Webhook-Signature' }),
  id: { each: 'events', path: 'id' },
  type: { each: 'events', path: ['resource_type', 'action'] },
});
