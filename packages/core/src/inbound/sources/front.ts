import { defineSender } from '../create-source.js';
import { echoChallenge } from '../echo-challenge.js';
import { signed } from '../schemes/signed.js';

/**
 * Webhooks of a Front app: base64 over timestamp and body. The secret is the app's. No id comes with a request: one that is sent
 * again counts again.
 *
 * Front tries the URL with a challenge in a header, which is echoed.
 */
export const front = defineSender({
  kind: 'front',
  title: 'Front',
  docs: 'https://dev.frontapp.com/docs/application-webhooks',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'X-Front-Signature',
    encoding: 'base64',
    message: '{timestamp}:{body}',
    timestamp: { header: 'X-Front-Request-Timestamp', format: 'ms' },
  }),
  type: { path: 'type' },
  accepted: { status: 200 },
  handshake(request) {
    const challenge = request.header('x-front-challenge');
    return challenge === null ? null : echoChallenge(challenge);
  },
});
