import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Modern Treasury's webhooks: hex over the body. The secret is the webhook key of the organisation. No timestamp is signed; the id
 * is the body's.
 */
export const modernTreasury = defineSender({
  kind: 'modern_treasury',
  title: 'Modern Treasury',
  docs: 'https://docs.moderntreasury.com/platform/reference/webhook-signature-verification',
  evidence: 'sdk',
  scheme: signed({ signature: 'X-Signature' }),
  id: { path: 'id' },
  type: { path: 'event' },
});
