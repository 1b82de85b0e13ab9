import { defineSender } from '../create-source.js';
import { echoChallenge } from '../echo-challenge.js';
import { signed } from '../schemes/signed.js';

/**
 * Nylas's notifications: hex over the body. The secret is the one that Nylas answered when the webhook was made. No timestamp is
 * signed; the id is the body's. Compressed delivery is to stay off: Nylas signs the compressed bytes.
 *
 * Nylas tries the URL with a challenge, which is echoed.
 */
export const nylas = defineSender({
  kind: 'nylas',
  title: 'Nylas',
  docs: 'https://developer.nylas.com/docs/v3/notifications/',
  evidence: 'sdk',
  scheme: signed({ signature: 'X-Nylas-Signature' }),
  id: { path: 'id' },
  type: { path: 'type' },
  accepted: { status: 200 },
  handshake({ method, queries }) {
    const challenge = method === 'GET' ? queries.get('challenge') : null;
    return challenge === null ? null : echoChallenge(challenge);
  },
});
