import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Heroku's app webhooks: base64 over the body. No timestamp is signed. The type is the body's `resource` and `action`:
 * `api:release` and `create` give `api_release.create`.
 */
export const heroku = defineSender({
  kind: 'heroku',
  title: 'Heroku',
  docs: 'https://devcenter.heroku.com/articles/app-webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'Heroku-Webhook-Hmac-SHA256', encoding: 'base64' }),
  id: { path: 'id' },
  type: { joined: [{ path: 'resource' }, { path: 'action' }] },
});
