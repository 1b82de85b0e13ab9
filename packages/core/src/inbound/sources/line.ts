import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * LINE's webhooks: base64 over the body. The secret is the channel's. No timestamp is signed.
 *
 * A request brings many events, or none where LINE tries the URL: its id is made of theirs, its type, too.
 */
export const line = defineSender({
  kind: 'line',
  title: 'LINE',
  docs: 'https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/',
  evidence: 'sdk',
  scheme: signed({ signature: 'x-line-signature', encoding: 'base64' }),
  id: { each: 'events', path: 'webhookEventId' },
  type: { each: 'events', path: 'type' },
  accepted: { status: 200 },
});
