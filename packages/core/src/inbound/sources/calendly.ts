import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Calendly's webhooks: `t` and one or more `v1`, hex over timestamp and body. The secret is the subscription's signing key. No id
 * comes with a request: one that is sent again counts again.
 */
export const calendly = defineSender({
  kind: 'calendly',
  title: 'Calendly',
  docs: 'https://developer.calendly.com/api-docs/ZG9jOjM2MzE2MDM4-webhook-signatures',
  evidence: 'docs',
  scheme: signed({
    signature: 'Calendly-Webhook-Signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
    timestamp: { label: 't', past: 180, future: 180 },
  }),
  type: { path: 'event' },
});
