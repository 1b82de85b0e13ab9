import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Snyk's webhooks: SHA-256 in `X-Hub-Signature`. The type is the header `X-Snyk-Event` with its version
 * (`project_snapshot/v0` gives `project_snapshot_v0`); neither it nor the id, `X-Snyk-Transport-ID`, nor `X-Snyk-Timestamp`
 * is signed.
 */
export const snyk = defineSender({
  kind: 'snyk',
  title: 'Snyk',
  docs: 'https://docs.snyk.io/snyk-api/using-specific-snyk-apis/webhooks-apis',
  evidence: 'docs',
  scheme: signed({ signature: 'X-Hub-Signature', prefix: 'sha256=' }),
  id: { header: 'X-Snyk-Transport-ID' },
  type: { header: 'X-Snyk-Event' },
});
