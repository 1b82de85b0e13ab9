import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { signed } from '../schemes/signed.js';

/**
 * Bitbucket's webhooks, of its cloud and of Data Center: `X-Hub-Signature`, which holds SHA-256 here and no other.
 *
 * Neither id nor type is signed: they are the headers `X-Request-UUID` (Data Center: `X-Request-Id`) and `X-Event-Key`.
 * Data Center tries a URL with an unsigned `diagnostics:ping`; it is answered and becomes no event.
 */
export const bitbucket = defineSender({
  kind: 'bitbucket',
  title: 'Bitbucket',
  docs: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
  evidence: 'docs',
  scheme: signed({ signature: 'X-Hub-Signature', prefix: 'sha256=' }),
  id: { first: [{ header: 'X-Request-UUID' }, { header: 'X-Request-Id' }] },
  type: { header: 'X-Event-Key' },
  handshake: (request) => (isPing(request) ? { status: 200 } : null),
});

function isPing(request: ReceivedRequest): boolean {
  return request.header('x-event-key') === 'diagnostics:ping';
}
