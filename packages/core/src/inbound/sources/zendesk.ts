import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Zendesk's webhooks: base64 over timestamp and body, which is empty where a webhook sends `GET` or `DELETE`. The secret is the
 * webhook's, as it stands there: it looks like base64 and is not decoded.
 *
 * Before a webhook is saved, its test requests are signed with a secret that everybody knows. They are refused: give that secret
 * while you try, and never in production. The id, a header, is not signed.
 */
export const zendesk = defineSender({
  kind: 'zendesk',
  title: 'Zendesk',
  docs: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
  evidence: 'docs',
  scheme: signed({
    signature: 'X-Zendesk-Webhook-Signature',
    encoding: 'base64',
    message: '{timestamp}{body}',
    timestamp: { header: 'X-Zendesk-Webhook-Signature-Timestamp', format: 'rfc3339' },
  }),
  id: { header: 'X-Zendesk-Webhook-Invocation-Id' },
  type: { path: 'type' },
  methods: ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'],
});
