import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * QuickBooks Online's webhooks: base64 over the body. The secret is the app's verifier token. Neither a timestamp nor an id nor a
 * type comes with a request: it is `received`, and one that is sent again counts again.
 */
export const quickbooks = defineSender({
  kind: 'quickbooks',
  title: 'Intuit QuickBooks',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks/managing-webhooks-notifications',
  evidence: 'single',
  scheme: signed({ signature: 'intuit-signature', encoding: 'base64' }),
  accepted: { status: 200 },
});
