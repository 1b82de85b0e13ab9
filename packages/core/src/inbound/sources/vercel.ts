import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Vercel's webhooks: HMAC-SHA1 over the body. The secret is the one shown when a webhook is made, of an integration its
 * client secret. No timestamp is signed; id and type are the body's.
 */
export const vercel = defineSender({
  kind: 'vercel',
  title: 'Vercel',
  docs: 'https://vercel.com/docs/webhooks/webhooks-api',
  evidence: 'catalogues',
  scheme: signed({ signature: 'x-vercel-signature', algorithm: 'hmac-sha1' }),
  id: { path: 'id' },
  type: { path: 'type' },
});
