import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Retell AI's webhooks: `v`, a time in milliseconds, and `d`, hex over body and time. The secret is the API key. No id comes with a
 * request: one that is sent again counts again.
 */
export const retell = defineSender({
  kind: 'retell',
  title: 'Retell AI',
  docs: 'https://docs.retellai.com/features/secure-webhook',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'x-retell-signature',
    list: { separator: ',', assign: '=' },
    label: 'd',
    message: '{body}{timestamp}',
    timestamp: { label: 'v', format: 'ms' },
  }),
  type: { path: 'event' },
});
