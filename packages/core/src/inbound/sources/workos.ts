import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * WorkOS's webhooks: `t` in milliseconds and `v1`, hex over timestamp and body. The secret is the webhook endpoint's. A request is too
 * old after 180 seconds, as in WorkOS's own library.
 */
export const workos = defineSender({
  kind: 'workos',
  title: 'WorkOS',
  docs: 'https://workos.com/docs/events/data-syncing/webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: 'WorkOS-Signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
    timestamp: { label: 't', format: 'ms', past: 180, future: Number.POSITIVE_INFINITY },
  }),
  id: { path: 'id' },
  type: { path: 'event' },
});
