import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Attio's webhooks: bare hex over the body, in `Attio-Signature`, or in `X-Attio-Signature` where a proxy takes the first
 * away. No timestamp is signed; the id, `Idempotency-Key`, is a header that is not signed. The type is that of the body's
 * events, joined by a comma where they differ.
 */
export const attio = defineSender({
  kind: 'attio',
  title: 'Attio',
  docs: 'https://docs.attio.com/rest-api/guides/webhooks',
  evidence: 'docs',
  scheme: signed({ signature: ['Attio-Signature', 'X-Attio-Signature'] }),
  id: { header: 'Idempotency-Key' },
  type: { each: 'events', path: 'event_type' },
});
