import { defineSender } from '../create-source.js';
import { echoChallenge } from '../echo-challenge.js';
import { signed } from '../schemes/signed.js';

/**
 * Dropbox's webhooks: hex over the body. The secret is the app's. A request tells only whose files changed: neither an id nor a
 * type nor a timestamp comes with it.
 *
 * Dropbox tries the URL with a challenge, which is echoed.
 */
export const dropbox = defineSender({
  kind: 'dropbox',
  title: 'Dropbox',
  docs: 'https://www.dropbox.com/developers/reference/webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-Dropbox-Signature' }),
  accepted: { status: 200 },
  handshake({ method, queries }) {
    const challenge = method === 'GET' ? queries.get('challenge') : null;
    return challenge === null ? null : echoChallenge(challenge);
  },
});
