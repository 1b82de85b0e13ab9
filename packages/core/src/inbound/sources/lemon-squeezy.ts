import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Lemon Squeezy's webhooks: hex over the body. The secret is the one given to the webhook.
 *
 * Neither a timestamp nor an id comes with a request: one that is sent again counts again. The type is the body's
 * `meta.event_name`, as in the header `X-Event-Name`.
 */
export const lemonSqueezy = defineSender({
  kind: 'lemon_squeezy',
  title: 'Lemon Squeezy',
  docs: 'https://docs.lemonsqueezy.com/help/webhooks/signing-requests',
  evidence: 'sdk',
  scheme: signed({ signature: 'X-Signature' }),
  type: { first: [{ path: 'meta.event_name' }, { header: 'X-Event-Name' }] },
  accepted: { status: 200 },
});
