import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Telnyx's webhooks: Ed25519 over timestamp and body. The secret is the account's public key, in base64.
 */
export const telnyx = defineSender({
  kind: 'telnyx',
  title: 'Telnyx',
  docs: 'https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: 'telnyx-signature-ed25519',
    algorithm: 'ed25519',
    encoding: 'base64',
    message: '{timestamp}|{body}',
    timestamp: { header: 'telnyx-timestamp' },
  }),
  id: { path: 'data.id' },
  type: { path: 'data.event_type' },
});
