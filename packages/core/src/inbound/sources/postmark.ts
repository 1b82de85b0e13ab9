import { defineSender } from '../create-source.js';
import { basicAuth } from '../schemes/shared-token.js';

/**
 * Postmark's webhooks, which sign nothing: they show the user and the password that stand in their URL, by HTTP Basic. The secret is
 * `user:password`. No id comes with a request: one that is sent again counts again.
 */
export const postmark = defineSender({
  kind: 'postmark',
  title: 'Postmark',
  docs: 'https://postmarkapp.com/developer/webhooks/webhooks-overview',
  evidence: 'catalogues',
  scheme: basicAuth(),
  type: { path: 'RecordType' },
  accepted: { status: 200 },
  uncovered: 'the whole body: a password is shown, and nothing is signed',
});
