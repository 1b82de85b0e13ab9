import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * ElevenLabs's webhooks: `t` and `v0`, hex over timestamp and body. The secret is the webhook's. A request is too old after thirty
 * minutes, as in ElevenLabs's own library. No id comes with one: what is sent again counts again.
 */
export const elevenlabs = defineSender({
  kind: 'elevenlabs',
  title: 'ElevenLabs',
  docs: 'https://elevenlabs.io/docs/product-guides/administration/webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: 'ElevenLabs-Signature',
    list: { separator: ',', assign: '=' },
    label: 'v0',
    timestamp: { label: 't', past: 1_800, future: Number.POSITIVE_INFINITY },
  }),
  type: { path: 'type' },
  accepted: { status: 200 },
});
