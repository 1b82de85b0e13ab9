import { defineSender } from '../create-source.js';
import { basicAuth } from '../schemes/shared-token.js';

/**
 * Chargebee's webhooks, which sign nothing: they show a user and a password by HTTP Basic. The secret is `user:password`.
 */
export const chargebee = defineSender({
  kind: 'chargebee',
  title: 'Chargebee',
  docs: 'https://www.chargebee.com/docs/2.0/webhook_settings.html',
  evidence: 'catalogues',
  scheme: basicAuth(),
  id: { path: 'id' },
  type: { path: 'event_type' },
  uncovered: 'the whole body: a password is shown, and nothing is signed',
});
