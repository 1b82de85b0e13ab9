import { defineSender } from '../create-source.js';
import { sharedToken } from '../schemes/shared-token.js';

/**
 * Cloudflare's notifications by webhook, which sign nothing: they show the destination's secret in `cf-webhook-auth`. No id
 * comes with a notification: one that is sent again counts again.
 */
export const cloudflareNotifications = defineSender({
  kind: 'cloudflare_notifications',
  title: 'Cloudflare notifications',
  docs: 'https://developers.cloudflare.com/notifications/get-started/configure-webhooks/',
  evidence: 'catalogues',
  scheme: sharedToken({ header: 'cf-webhook-auth' }),
  type: { path: 'alert_type' },
  uncovered: 'the whole body: its secret is shown, and nothing is signed',
});
