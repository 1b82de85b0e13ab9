import { defineSender } from '../create-source.js';
import { textAt } from '../request-field.js';
import type { MessageParts } from '../schemes/message.js';
import { withValue } from '../schemes/set-field.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';

const DAY_S = 86_400;

/** In JSON that of the account, and of the account that it belongs to; in the forms of routes and of older webhooks a field. */
const PATHS = ['signature.signature', 'signature.parent-signature', 'signature'];

const IN_BODY: SignaturePlace = {
  name: '(body) signature',
  find({ content: { data } }) {
    return PATHS.map((path) => textAt(data, path)).filter((signature) => signature !== null);
  },
  put({ body }, signature) {
    const data = withValue(JSON.parse(body.toString()), ['signature', 'signature'], signature);
    return { body: Buffer.from(JSON.stringify(data)) };
  },
};

/**
 * Mailgun's webhooks and routes: hex over a timestamp and a token inside the body. The secret is the HTTP webhook signing key, of
 * subaccounts their own or the main account's. The event itself is not covered: read from Mailgun what matters. A request is too
 * old after a day.
 *
 * The id is the token, which is signed, so that it cannot be used for another event.
 */
export const mailgun = defineSender({
  kind: 'mailgun',
  title: 'Mailgun',
  docs: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: IN_BODY,
    message: toMessages,
    coversBody: false,
    timestamp: { path: ['signature.timestamp', 'timestamp'], past: DAY_S, future: DAY_S },
  }),
  id: { first: [{ path: 'signature.token' }, { path: 'token' }] },
  type: { first: [{ path: 'event-data.event' }, { path: 'event' }] },
  accepted: { status: 200 },
  uncovered: 'the event: timestamp and token alone are',
});

function toMessages({ request: { content }, timestamp }: MessageParts) {
  const token = textAt(content.data, 'signature.token') ?? textAt(content.data, 'token');
  return token === null ? [] : [[timestamp + token]];
}
