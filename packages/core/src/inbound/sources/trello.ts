import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Trello's webhooks: base64 over the body and the callback URL as it was given to Trello, by HMAC-SHA1. The secret is the app's, not
 * its key. Behind a proxy say the URL: `url`. No timestamp is signed; the id is the action's.
 *
 * Trello tries the URL with `HEAD`, which is answered.
 */
export const trello = defineSender({
  kind: 'trello',
  title: 'Trello',
  docs: 'https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'X-Trello-Webhook',
    algorithm: 'hmac-sha1',
    encoding: 'base64',
    message: '{body}{url}',
  }),
  id: { path: 'action.id' },
  type: { path: 'action.type' },
  accepted: { status: 200 },
  handshake: ({ method }) => (method === 'HEAD' ? { status: 200 } : null),
});
