import { defineSender } from '../create-source.js';
import { textAt } from '../request-field.js';
import type { MessageParts } from '../schemes/message.js';
import { withValue } from '../schemes/set-field.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';

const DAY_S = 86_400;

/** `signature.signature` in JSON, `signature` in the forms of routes and of older webhooks. */
const IN_BODY: SignaturePlace = {
  name: '(body) signature',
  find({ content: { data } }) {
    const signature = textAt(data, 'signature.signature') ?? textAt(data, 'signature');
    return signature === null ? [] : [signature];
  },
  put({ body }, signature) {
    const data = withValue(JSON.parse(body.toString()), ['signature', 'signature'], signature);
    return { body: Buffer.from(JSON.stringify(data)) };
  },
};

/**
 * Mailgun's webhooks and routes: hex over a timestamp and a token inside the body. The secret is the HTTP webhook signing key. The
 * event itself is not covered: read from Mailgun what matters. A request is too old after a day.
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
  uncovered: 'the event: timestamp and token alone are',
});

function toMessages({ request: { content }, timestamp }: MessageParts) {
  const token = textAt(content.data, 'signature.token') ?? textAt(content.data, 'token');
  return token === null ? [] : [[timestamp + token]];
}
