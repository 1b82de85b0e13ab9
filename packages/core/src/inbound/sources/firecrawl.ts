import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Firecrawl's webhooks; the secret is the account's. No timestamp is signed, and the body's `id` is the job's, the same for
 * each of its events: a request that is sent again counts again.
 */
export const firecrawl = defineSender({
  kind: 'firecrawl',
  title: 'Firecrawl',
  docs: 'https://docs.firecrawl.dev/webhooks/security',
  evidence: 'docs',
  scheme: signed({ signature: 'X-Firecrawl-Signature', prefix: 'sha256=' }),
  type: { path: 'type' },
});
