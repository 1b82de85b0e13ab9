import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Mux's webhooks: `t` and one or more `v1`, hex over timestamp and body. The secret is the webhook's signing secret.
 */
export const mux = defineSender({
  kind: 'mux',
  title: 'Mux',
  docs: 'https://www.mux.com/docs/core/verify-webhook-signatures',
  evidence: 'sdk',
  scheme: signed({
    signature: 'Mux-Signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
    timestamp: { label: 't' },
  }),
  id: { path: 'id' },
  type: { path: 'type' },
});
