import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Airtable's webhooks: hex over the body. The secret is the `macSecretBase64` that Airtable answered when the webhook was made.
 *
 * A request tells only that something changed; the app then reads the changes from Airtable. Neither a timestamp nor an id comes
 * with it.
 */
export const airtable = defineSender({
  kind: 'airtable',
  title: 'Airtable',
  docs: 'https://airtable.com/developers/web/api/webhooks-overview',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'X-Airtable-Content-MAC',
    prefix: 'hmac-sha256=',
    secret: 'base64',
  }),
});
