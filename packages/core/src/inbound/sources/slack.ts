import { defineSender } from '../create-source.js';
import { echoChallenge } from '../echo-challenge.js';
import { textAt } from '../request-field.js';
import { signed } from '../schemes/signed.js';

/**
 * Slack's events, slash commands and interactions, as JSON or as forms: hex over `v0`, timestamp and body. The secret is the app's
 * signing secret.
 *
 * The type is that of the event inside, `app_mention`, else that of the request, else the slash command. Slack takes what is in an
 * answer for a message: it is empty, unless `respond` says otherwise. The challenge by which Slack tries the URL is checked and
 * echoed.
 */
export const slack = defineSender({
  kind: 'slack',
  title: 'Slack',
  docs: 'https://docs.slack.dev/authentication/verifying-requests-from-slack/',
  evidence: 'sdk',
  scheme: signed({
    signature: 'X-Slack-Signature',
    prefix: 'v0=',
    message: 'v0:{timestamp}:{body}',
    timestamp: { header: 'X-Slack-Request-Timestamp' },
  }),
  id: { path: 'event_id' },
  type: { first: [{ path: 'event.type' }, { path: 'type' }, { path: 'command' }] },
  accepted: { status: 200 },
  handshake({ content: { data } }, { check }) {
    const challenge = textAt(data, 'type') === 'url_verification' ? textAt(data, 'challenge') : null;
    if (challenge === null) return null;
    check();
    return echoChallenge(challenge);
  },
});
