import { defineSender } from '../create-source.js';
import { echoChallenge } from '../echo-challenge.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { textAt } from '../request-field.js';
import { signed } from '../schemes/signed.js';

const ID = 'Twitch-Eventsub-Message-Id';
const KIND_OF_MESSAGE = 'twitch-eventsub-message-type';

/**
 * Twitch's EventSub: hex over id, timestamp and body. The secret is the one that the subscription was made with. A request is too
 * old after ten minutes.
 *
 * The type is the subscription's, `channel.follow`; of one that Twitch takes back `revocation`. The challenge by which Twitch tries
 * the URL is checked and echoed.
 */
export const twitch = defineSender({
  kind: 'twitch',
  title: 'Twitch',
  docs: 'https://dev.twitch.tv/docs/eventsub/handling-webhook-events/',
  evidence: 'sdk',
  scheme: signed({
    signature: 'Twitch-Eventsub-Message-Signature',
    prefix: 'sha256=',
    id: ID,
    message: '{id}{timestamp}{body}',
    timestamp: { header: 'Twitch-Eventsub-Message-Timestamp', format: 'rfc3339', past: 600, future: 600 },
  }),
  id: { header: ID },
  type: typeOf,
  accepted: { status: 204 },
  handshake(request, { check }) {
    if (request.header(KIND_OF_MESSAGE) !== 'webhook_callback_verification') return null;
    check();
    return echoChallenge(textAt(request.content.data, 'challenge') ?? '');
  },
});

function typeOf(request: ReceivedRequest): string | null {
  if (request.header(KIND_OF_MESSAGE) === 'revocation') return 'revocation';
  return textAt(request.content.data, 'subscription.type');
}
