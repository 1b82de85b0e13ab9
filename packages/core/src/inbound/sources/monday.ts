import { defineSender } from '../create-source.js';
import { requirePrintable } from '../echo-challenge.js';
import { textAt } from '../request-field.js';
import { jwt } from '../schemes/jwt.js';

/**
 * Webhooks of a monday.com app: a token (HS256) in `Authorization`. The secret is the app's signing secret. The token holds nothing
 * of the body. Webhooks that are made outside an app bring no token and are refused.
 *
 * monday.com tries the URL with a challenge, which is echoed as JSON.
 */
export const monday = defineSender({
  kind: 'monday',
  title: 'monday.com',
  docs: 'https://developer.monday.com/apps/docs/mondayapps-webhooks',
  evidence: 'single',
  scheme: jwt({
    header: 'Authorization',
    algorithms: ['HS256'],
    isAbout: () => true,
    claimsFor: (_draft, { now }) => ({ iat: toSeconds(now), exp: toSeconds(now) + 300 }),
    coversBody: false,
  }),
  id: { path: 'event.triggerUuid' },
  type: { path: 'event.type' },
  accepted: { status: 200 },
  uncovered: 'the whole body: the token holds nothing of it',
  handshake({ content: { data } }) {
    const challenge = textAt(data, 'challenge');
    return challenge === null ? null : { status: 200, body: { challenge: requirePrintable(challenge) } };
  },
});

function toSeconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
