import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Paystack's webhooks: SHA-512 over the body, in hex. The secret is the API's secret key. No timestamp is signed; the id is made
 * of the event and the number of what it is about, since that alone is the same for each of its events.
 */
export const paystack = defineSender({
  kind: 'paystack',
  title: 'Paystack',
  docs: 'https://paystack.com/docs/payments/webhooks/',
  evidence: 'catalogues',
  scheme: signed({ signature: 'x-paystack-signature', algorithm: 'hmac-sha512' }),
  id: { joined: [{ path: 'event' }, { path: 'data.id' }] },
  type: { path: 'event' },
  accepted: { status: 200 },
});
