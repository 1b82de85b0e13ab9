import { defineSender } from '../create-source.js';
import { requirePrintable } from '../echo-challenge.js';
import { sharedToken } from '../schemes/shared-token.js';

/**
 * Okta's event hooks, which sign nothing: they show a secret in `Authorization`, whole. The id is the body's; the type is made of
 * those of its events.
 *
 * Okta tries the URL with a challenge in a header, which is echoed as JSON.
 */
export const okta = defineSender({
  kind: 'okta',
  title: 'Okta',
  docs: 'https://developer.okta.com/docs/concepts/event-hooks/',
  evidence: 'catalogues',
  scheme: sharedToken({ header: 'Authorization' }),
  id: { path: 'eventId' },
  type: { each: 'data.events', path: 'eventType' },
  uncovered: 'the whole body: a secret is shown, and nothing is signed',
  handshake(request) {
    const challenge = request.method === 'GET' ? request.header('x-okta-verification-challenge') : null;
    return challenge === null ? null : { status: 200, body: { verification: requirePrintable(challenge) } };
  },
});
