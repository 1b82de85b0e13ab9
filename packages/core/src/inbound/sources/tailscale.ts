import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Tailscale's webhooks: timestamp and body in `v1`. Like Tailscale's own example it refuses what is older than five minutes
 * and nothing that comes from a clock that runs ahead. The secret is `tskey-webhook-...`.
 *
 * The body is a list of events; the type is theirs, joined by a comma where they differ. No id comes with them: a request
 * that is sent again within the five minutes counts again.
 */
export const tailscale = defineSender({
  kind: 'tailscale',
  title: 'Tailscale',
  docs: 'https://tailscale.com/kb/1213/webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: 'Tailscale-Webhook-Signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
    timestamp: { label: 't', future: Number.POSITIVE_INFINITY },
  }),
  type: { each: '', path: 'type' },
});
