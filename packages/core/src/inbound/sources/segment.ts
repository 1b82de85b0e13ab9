import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * What Segment's webhook destination sends: hex over the body, by HMAC-SHA1. The secret is the destination's shared secret. No
 * timestamp is signed; the id is the message's. Batches, of which Segment signs the first message alone, are refused.
 */
export const segment = defineSender({
  kind: 'segment',
  title: 'Segment',
  docs: 'https://segment.com/docs/connections/destinations/catalog/webhooks/',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-Signature', algorithm: 'hmac-sha1' }),
  id: { path: 'messageId' },
  type: { path: 'type' },
});
