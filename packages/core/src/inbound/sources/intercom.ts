import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Intercom's webhooks: hex over the body, by HMAC-SHA1. The secret is the app's client secret. No timestamp is signed; the id is the
 * body's.
 */
export const intercom = defineSender({
  kind: 'intercom',
  title: 'Intercom',
  docs: 'https://developers.intercom.com/docs/webhooks/setting-up-webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-Hub-Signature', prefix: 'sha1=', algorithm: 'hmac-sha1' }),
  id: { path: 'id' },
  type: { path: 'topic' },
});
