import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Checkout.com's webhooks: hex over the body. The secret is the workflow's signature key. No timestamp is signed; the id is the
 * body's.
 */
export const checkoutCom = defineSender({
  kind: 'checkout_com',
  title: 'Checkout.com',
  docs: 'https://www.checkout.com/docs/developer-resources/webhooks/receive-webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'Cko-Signature' }),
  id: { path: 'id' },
  type: { path: 'type' },
});
