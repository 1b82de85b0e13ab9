import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Sanity's webhooks: `t` and `v1`, base64url over timestamp and body. The secret is the webhook's. The id is a header that is not
 * signed; the body is what the webhook's projection makes it, and names no type.
 */
export const sanity = defineSender({
  kind: 'sanity',
  title: 'Sanity',
  docs: 'https://www.sanity.io/docs/content-lake/webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: 'sanity-webhook-signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
    encoding: 'base64url',
    timestamp: { label: 't', format: 'ms' },
  }),
  id: { header: 'idempotency-key' },
});
