import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Webhooks of Cloudflare Stream. The secret is what its API answers when the webhook is set.
 *
 * How old a request may be, Cloudflare leaves to the receiver: five minutes here. It names no event type: the type is what
 * has become of the video, `ready` or `error`, and a video's request is known again by both.
 */
export const cloudflareStream = defineSender({
  kind: 'cloudflare_stream',
  title: 'Cloudflare Stream',
  docs: 'https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/',
  evidence: 'docs',
  scheme: signed({
    signature: 'Webhook-Signature',
    list: { separator: ',', assign: '=' },
    label: 'sig1',
    timestamp: { label: 'time' },
  }),
  id: { joined: [{ path: 'uid' }, { path: 'status.state' }] },
  type: { path: 'status.state' },
});
