import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * AfterShip's webhooks of trackings: base64 over the body, with no timestamp. Its other products (returns, warranty) sign
 * in headers of their own and are refused here.
 */
export const aftership = defineSender({
  kind: 'aftership',
  title: 'AfterShip',
  docs: 'https://www.aftership.com/docs/tracking/webhook/webhook-overview',
  evidence: 'catalogues',
  scheme: signed({ signature: 'aftership-hmac-sha256', encoding: 'base64' }),
  id: { path: 'event_id' },
  type: { path: 'event' },
});
