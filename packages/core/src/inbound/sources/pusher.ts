import { defineSenderBy } from '../create-source.js';
import type { MessageParts } from '../schemes/message.js';
import { signed } from '../schemes/signed.js';

export interface PusherOptions {
  /** The key of the token whose secret it is: requests with another are refused. Default: any. */
  readonly key?: string;
}

/**
 * Pusher's webhooks: hex over the body. The secret is that of an app's token. The time inside the body is signed; Pusher limits
 * it nowhere: `toleranceS` does, and nothing by default. No id comes with a request: one that is sent again counts again.
 */
export const pusher = defineSenderBy<PusherOptions>(
  ({ key }) => ({
    kind: 'pusher',
    title: 'Pusher',
    docs: 'https://pusher.com/docs/channels/server_api/webhooks/',
    evidence: 'sdk',
    ownOptions: ['key'],
    scheme: signed({
      signature: 'X-Pusher-Signature',
      message: ({ request, body }: MessageParts) =>
        key === undefined || request.header('x-pusher-key') === key ? [[body]] : [],
      timestamp: {
        path: 'time_ms',
        format: 'ms',
        past: Number.POSITIVE_INFINITY,
        future: Number.POSITIVE_INFINITY,
      },
    }),
    type: { each: 'events', path: 'name' },
    accepted: { status: 200 },
  }),
  {},
);
