import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Linear's webhooks. The timestamp that counts is the body's `webhookTimestamp`, in milliseconds, a minute either way; the
 * header `Linear-Timestamp` is not signed and not looked at.
 *
 * The type is the body's `type` and `action`: `issue.create`. The id is the header `Linear-Delivery`, which is not signed.
 */
export const linear = defineSender({
  kind: 'linear',
  title: 'Linear',
  docs: 'https://linear.app/developers/webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: 'Linear-Signature',
    message: '{body}',
    timestamp: { path: 'webhookTimestamp', format: 'ms', past: 60, future: 60 },
  }),
  id: { header: 'Linear-Delivery' },
  type: { joined: [{ path: 'type' }, { path: 'action' }] },
  accepted: { status: 200 },
});
