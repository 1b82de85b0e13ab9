import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Fourthwall's webhooks: base64 over the body, with no timestamp. Those of a shop are signed with the secret shown beside
 * them, those of an app with the app's HMAC key, in another header. Id and type are the body's.
 */
export const fourthwall = defineSender({
  kind: 'fourthwall',
  title: 'Fourthwall',
  docs: 'https://docs.fourthwall.com/webhooks/signature-verification/',
  evidence: 'catalogues',
  scheme: signed({
    signature: ['X-Fourthwall-Hmac-SHA256', 'X-Fourthwall-Hmac-Apps-SHA256'],
    encoding: 'base64',
  }),
  id: { path: 'id' },
  type: { path: 'type' },
});
