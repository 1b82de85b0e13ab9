import type { HttpResponse } from '../../http/types.js';
import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { signed } from '../schemes/signed.js';

/**
 * WooCommerce's webhooks: base64 over the body. The secret is the webhook's. The id is a header that is not signed, and no
 * timestamp comes with a request. The topic `order.updated` is the type.
 *
 * When a webhook is saved, a form with its number comes without a signature: it is answered and becomes no event.
 */
export const woocommerce = defineSender({
  kind: 'woocommerce',
  title: 'WooCommerce',
  docs: 'https://woocommerce.com/document/webhooks/',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-WC-Webhook-Signature', encoding: 'base64' }),
  id: { header: 'X-WC-Webhook-Delivery-ID' },
  type: { header: 'X-WC-Webhook-Topic' },
  handshake: (request) => (isPing(request) ? PONG : null),
});

const PONG: HttpResponse = { status: 200 };

function isPing({ method, body }: ReceivedRequest): boolean {
  return method === 'POST' && /^webhook_id=\d{1,20}$/.test(body.toString('latin1'));
}
