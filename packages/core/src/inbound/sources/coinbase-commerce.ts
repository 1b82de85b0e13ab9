import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Coinbase Commerce's webhooks: hex over the body. The secret is the one of the webhook settings. No timestamp is signed: the
 * id is the body's `event.id`.
 */
export const coinbaseCommerce = defineSender({
  kind: 'coinbase_commerce',
  title: 'Coinbase Commerce',
  docs: 'https://docs.cdp.coinbase.com/commerce/docs/webhooks-security',
  evidence: 'sdk',
  scheme: signed({ signature: 'X-CC-Webhook-Signature' }),
  id: { path: 'event.id' },
  type: { path: 'event.type' },
  accepted: { status: 200 },
});
