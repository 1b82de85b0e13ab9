import { requireChoice } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import { sharedToken } from '../schemes/shared-token.js';
import { signed } from '../schemes/signed.js';

export interface BuildkiteOptions {
  /** What the webhook sends: a signature, or its token in plain text, which protects nothing of the body. Default `signature`. */
  readonly proof?: 'signature' | 'token';
}

const signature = signed({
  signature: 'X-Buildkite-Signature',
  list: { separator: ',', assign: '=' },
  label: 'signature',
  timestamp: { label: 'timestamp' },
});
const token = sharedToken({ header: 'X-Buildkite-Token' });

/**
 * Buildkite's webhooks. The secret is the webhook's token, sent as it is told there: as a signature over timestamp and
 * body, or as itself.
 *
 * Buildkite gives a request no id: one that is sent again within the five minutes counts again.
 */
export const buildkite = defineSenderBy<BuildkiteOptions>(
  ({ proof = 'signature' }) => ({
    kind: 'buildkite',
    title: 'Buildkite',
    docs: 'https://buildkite.com/docs/apis/webhooks',
    evidence: 'docs',
    ownOptions: ['proof'],
    scheme: requireChoice('proof', ['signature', 'token'], proof) === 'token' ? token : signature,
    type: { first: [{ path: 'event' }, { header: 'X-Buildkite-Event' }] },
    uncovered: 'with `proof: "token"` the whole body: the token is shown, and nothing is signed',
  }),
  {},
);
