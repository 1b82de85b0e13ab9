import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Close's webhooks: hex over timestamp and body. The secret is the webhook's `signature_key`, in hex. The type is record and
 * action: `lead.created`.
 */
export const close = defineSender({
  kind: 'close',
  title: 'Close',
  docs: 'https://developer.close.com/topics/webhooks/',
  evidence: 'single',
  scheme: signed({
    signature: 'close-sig-hash',
    message: '{timestamp}{body}',
    secret: 'hex',
    timestamp: { header: 'close-sig-timestamp' },
  }),
  id: { path: 'event.id' },
  type: { joined: [{ path: 'event.object_type' }, { path: 'event.action' }] },
});
