import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Help Scout's webhooks: base64 over the body, by HMAC-SHA1. The secret is the webhook's. Neither a timestamp nor an id comes with a
 * request: one that is sent again counts again. The type, a header, is not signed.
 */
export const helpScout = defineSender({
  kind: 'help_scout',
  title: 'Help Scout',
  docs: 'https://developer.helpscout.com/webhooks/',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-HelpScout-Signature', algorithm: 'hmac-sha1', encoding: 'base64' }),
  type: { header: 'X-HelpScout-Event' },
});
