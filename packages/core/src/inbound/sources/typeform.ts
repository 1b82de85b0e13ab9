import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Typeform's webhooks: base64 over the body. The secret is the webhook's. No timestamp is signed; the id is the body's.
 */
export const typeform = defineSender({
  kind: 'typeform',
  title: 'Typeform',
  docs: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
  evidence: 'catalogues',
  scheme: signed({ signature: 'Typeform-Signature', prefix: 'sha256=', encoding: 'base64' }),
  id: { path: 'event_id' },
  type: { path: 'event_type' },
});
