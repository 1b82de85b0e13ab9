import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Square's webhooks: base64 over the notification URL, as it stands in the Developer Console, and the body. Behind a proxy
 * say the URL: `url`.
 *
 * No timestamp is signed: what keeps an old request from counting twice is the body's `event_id`.
 */
export const square = defineSender({
  kind: 'square',
  title: 'Square',
  docs: 'https://developer.squareup.com/docs/webhooks/step3validate',
  evidence: 'sdk',
  scheme: signed({
    signature: 'x-square-hmacsha256-signature',
    encoding: 'base64',
    message: '{url}{body}',
  }),
  id: { path: 'event_id' },
  type: { path: 'type' },
});
