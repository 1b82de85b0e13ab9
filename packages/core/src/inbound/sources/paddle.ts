import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Paddle Billing's webhooks: `Paddle-Signature` with `ts` and one or more `h1`, of which any may be right while a secret is
 * replaced. The secret is the notification destination's, `pdl_ntfset_...`, used whole.
 *
 * A request is too old after five seconds, as in Paddle's own library; where clocks or networks are not that good, give a larger
 * `toleranceS` (PaddleHQ/paddle-node-sdk#30).
 */
export const paddle = defineSender({
  kind: 'paddle',
  title: 'Paddle Billing',
  docs: 'https://developer.paddle.com/webhooks/signature-verification',
  evidence: 'sdk',
  scheme: signed({
    signature: 'Paddle-Signature',
    list: { separator: ';', assign: '=' },
    label: 'h1',
    message: '{timestamp}:{body}',
    timestamp: { label: 'ts', past: 5, future: Number.POSITIVE_INFINITY },
  }),
  id: { first: [{ path: 'event_id' }, { path: 'notification_id' }] },
  type: { path: 'event_type' },
});
