import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Customer.io's reporting webhooks: hex over `v0`, timestamp and body. The secret is the webhook's signing key. The type is object
 * and metric: `email.opened`.
 */
export const customerIo = defineSender({
  kind: 'customer_io',
  title: 'Customer.io',
  docs: 'https://docs.customer.io/journeys/webhooks/',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'X-CIO-Signature',
    message: 'v0:{timestamp}:{body}',
    timestamp: { header: 'X-CIO-Timestamp' },
  }),
  id: { path: 'event_id' },
  type: { joined: [{ path: 'object_type' }, { path: 'metric' }] },
});
