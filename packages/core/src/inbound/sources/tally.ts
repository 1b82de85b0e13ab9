import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Tally's webhooks: base64 over the body. The secret is the webhook's signing secret. No timestamp is signed; the id is the body's.
 */
export const tally = defineSender({
  kind: 'tally',
  title: 'Tally',
  docs: 'https://tally.so/help/webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'Tally-Signature', encoding: 'base64' }),
  id: { path: 'eventId' },
  type: { path: 'eventType' },
});
