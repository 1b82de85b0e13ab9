import { createHmac } from 'node:crypto';
import { HooklineError } from '../../errors.js';
import { defineSender } from '../create-source.js';
import { textAt } from '../request-field.js';
import { signed } from '../schemes/signed.js';

/** What is signed of a body holds colons: a token without any can be none. */
const TOKEN = /^[\w-]{1,200}$/;

/**
 * Zoom's webhooks: hex over `v0`, timestamp and body. The secret is the app's secret token. No id comes with a request: one that
 * is sent again counts again.
 *
 * Zoom tries the URL with a token, signed as every request; it is answered with the token's HMAC.
 */
export const zoom = defineSender({
  kind: 'zoom',
  title: 'Zoom',
  docs: 'https://developers.zoom.us/docs/api/webhooks/',
  evidence: 'sdk',
  scheme: signed({
    signature: 'x-zm-signature',
    prefix: 'v0=',
    message: 'v0:{timestamp}:{body}',
    timestamp: { header: 'x-zm-request-timestamp' },
  }),
  type: { path: 'event' },
  accepted: { status: 200 },
  handshake({ content: { data } }, { check, secrets: [secret = ''] }) {
    if (textAt(data, 'event') !== 'endpoint.url_validation') return null;
    check();
    const plainToken = textAt(data, 'payload.plainToken') ?? '';
    if (!TOKEN.test(plainToken))
      throw new HooklineError('REQUEST_INCOMPLETE', { what: 'a payload.plainToken of letters and digits' });
    const encryptedToken = createHmac('sha256', secret).update(plainToken).digest('hex');
    return { status: 200, body: { plainToken, encryptedToken } };
  },
});
