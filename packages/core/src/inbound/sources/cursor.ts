import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Webhooks of Cursor's cloud agents. The secret is the one given with the webhook when an agent is started. No timestamp
 * is signed, and the id, `X-Webhook-ID`, is a header that is not signed either.
 */
export const cursor = defineSender({
  kind: 'cursor',
  title: 'Cursor',
  docs: 'https://cursor.com/docs/cloud-agent/api/webhooks',
  evidence: 'docs',
  scheme: signed({ signature: 'X-Webhook-Signature', prefix: 'sha256=' }),
  id: { header: 'X-Webhook-ID' },
  type: { first: [{ path: 'event' }, { header: 'X-Webhook-Event' }] },
});
