import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Onfido's webhooks: hex over the body. The secret is the webhook's token. Neither a timestamp that is checked nor an id comes with a
 * request: one that is sent again counts again.
 */
export const onfido = defineSender({
  kind: 'onfido',
  title: 'Onfido',
  docs: 'https://documentation.onfido.com/api/latest/#webhooks',
  evidence: 'sdk',
  scheme: signed({ signature: 'X-SHA2-Signature' }),
  type: { path: 'payload.action' },
});
