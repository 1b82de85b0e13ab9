import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Webflow's webhooks: hex over timestamp and body. The secret is the OAuth app's client secret, or the webhook's own where it was made
 * with a site's token. No id comes with a request: one that is sent again counts again.
 */
export const webflow = defineSender({
  kind: 'webflow',
  title: 'Webflow',
  docs: 'https://developers.webflow.com/data/docs/working-with-webhooks',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'x-webflow-signature',
    message: '{timestamp}:{body}',
    timestamp: { header: 'x-webflow-timestamp', format: 'ms' },
  }),
  type: { path: 'triggerType' },
});
