import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Shopify's webhooks, and its newer events: base64 over the body. The secret is the app's client secret; give the old one, too,
 * while it is replaced.
 *
 * `X-Shopify-Triggered-At` is not signed and not looked at: what keeps an old request from counting twice is its
 * `X-Shopify-Webhook-Id`, a header that is not signed either. The topic `orders/create` gives `orders_create`.
 */
export const shopify = defineSender({
  kind: 'shopify',
  title: 'Shopify',
  docs: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
  evidence: 'sdk',
  scheme: signed({
    signature: ['X-Shopify-Hmac-Sha256', 'shopify-hmac-sha256'],
    encoding: 'base64',
  }),
  id: {
    first: [
      { header: 'X-Shopify-Webhook-Id' },
      { header: 'shopify-webhook-id' },
      { header: 'shopify-event-id' },
    ],
  },
  type: { first: [{ header: 'X-Shopify-Topic' }, { header: 'shopify-topic' }] },
});
