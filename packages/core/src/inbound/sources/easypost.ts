import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * EasyPost's webhooks: hex over the body, with the secret in its NFKD form, as EasyPost has it. No timestamp is signed; the id is
 * the body's, the type its `description`.
 */
export const easypost = defineSender({
  kind: 'easypost',
  title: 'EasyPost',
  docs: 'https://docs.easypost.com/guides/webhooks-guide',
  evidence: 'sdk',
  scheme: signed({
    signature: 'X-Hmac-Signature',
    prefix: 'hmac-sha256-hex=',
    secret: (secret) => Buffer.from(secret.normalize('NFKD'), 'utf8'),
  }),
  id: { path: 'id' },
  type: { path: 'description' },
});
