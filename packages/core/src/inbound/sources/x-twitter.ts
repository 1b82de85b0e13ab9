import { createHmac } from 'node:crypto';
import { HooklineError } from '../../errors.js';
import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { signed } from '../schemes/signed.js';

/** What is signed here for anybody: as a body it is refused, or whoever asks for a signature could send an event with it. */
const TOKEN = /^[\w-]{1,200}$/;

/**
 * X's (Twitter's) account activity: base64 over the body. The secret is the app's consumer secret. Neither a timestamp nor an id
 * comes with a request: one that is sent again counts again. The type is the field that tells what happened:
 * `tweet_create_events`.
 *
 * X tries the URL each hour with a token, which is answered with its HMAC.
 */
export const xTwitter = defineSender({
  kind: 'x_twitter',
  title: 'X (Twitter)',
  docs: 'https://docs.x.com/x-api/webhooks/quickstart',
  evidence: 'sdk',
  scheme: signed({
    signature: 'x-twitter-webhooks-signature',
    prefix: 'sha256=',
    encoding: 'base64',
    message: ({ body }) => (TOKEN.test(body.toString('latin1')) ? [] : [[body]]),
  }),
  type: typeOf,
  accepted: { status: 200 },
  handshake({ method, queries }, { secrets: [secret = ''] }) {
    const token = method === 'GET' ? queries.get('crc_token') : null;
    if (token === null) return null;
    if (!TOKEN.test(token))
      throw new HooklineError('REQUEST_INCOMPLETE', { what: 'a crc_token of letters and digits' });
    const mac = createHmac('sha256', secret).update(token).digest('base64');
    return { status: 200, body: { response_token: `sha256=${mac}` } };
  },
});

function typeOf({ content: { data } }: ReceivedRequest): string | null {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  return Object.keys(data).find((name) => name !== 'for_user_id' && name !== 'users') ?? null;
}
