import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Razorpay's webhooks: hex over the body. The secret is the webhook's own, not the API key's. No timestamp is signed; the id is
 * a header that is not signed.
 */
export const razorpay = defineSender({
  kind: 'razorpay',
  title: 'Razorpay',
  docs: 'https://razorpay.com/docs/webhooks/validate-test/',
  evidence: 'sdk',
  scheme: signed({ signature: 'X-Razorpay-Signature' }),
  id: { header: 'x-razorpay-event-id' },
  type: { path: 'event' },
});
