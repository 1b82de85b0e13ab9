import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Klaviyo's system webhooks: hex over body and timestamp. The secret is the webhook's.
 *
 * A request brings many events: its id is made of theirs. `Klaviyo-Webhook-Id` is the webhook's own, the same with every request.
 */
export const klaviyo = defineSender({
  kind: 'klaviyo',
  title: 'Klaviyo',
  docs: 'https://developers.klaviyo.com/en/docs/system-webhooks',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'Klaviyo-Signature',
    message: '{body}{timestamp}',
    timestamp: { header: 'Klaviyo-Timestamp', format: 'http-date' },
  }),
  id: { each: 'data', path: 'external_id' },
  type: { each: 'data', path: 'topic' },
});
