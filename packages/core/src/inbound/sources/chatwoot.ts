import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Chatwoot's webhooks: hex over timestamp and body. The secret is the webhook's. The id, a header, is not signed.
 */
export const chatwoot = defineSender({
  kind: 'chatwoot',
  title: 'Chatwoot',
  docs: 'https://www.chatwoot.com/docs/product/features/webhooks',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'X-Chatwoot-Signature',
    prefix: 'sha256=',
    timestamp: { header: 'X-Chatwoot-Timestamp' },
  }),
  id: { header: 'X-Chatwoot-Delivery' },
  type: { path: 'event' },
});
