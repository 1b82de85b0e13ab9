import { requireChoice } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import { sharedToken } from '../schemes/shared-token.js';
import { signed } from '../schemes/signed.js';

export interface RevenuecatOptions {
  /** What the webhook sends: the `Authorization` value that it was given, or a signature. Default `authorization`. */
  readonly proof?: 'authorization' | 'signature';
}

const authorization = sharedToken({ header: 'Authorization' });
const signature = signed({
  signature: 'X-RevenueCat-Webhook-Signature',
  list: { separator: ',', assign: '=' },
  label: 'v1',
  timestamp: { label: 't' },
});

/**
 * RevenueCat's webhooks. The secret is the value of the `Authorization` header, as it was typed in, or the signing secret: hex
 * over timestamp and body, five minutes either way.
 */
export const revenuecat = defineSenderBy<RevenuecatOptions>(
  ({ proof = 'authorization' }) => ({
    kind: 'revenuecat',
    title: 'RevenueCat',
    docs: 'https://www.revenuecat.com/docs/integrations/webhooks',
    evidence: 'catalogues',
    ownOptions: ['proof'],
    scheme:
      requireChoice('proof', ['authorization', 'signature'], proof) === 'signature'
        ? signature
        : authorization,
    id: { path: 'event.id' },
    type: { path: 'event.type' },
    accepted: { status: 200 },
    uncovered: 'with `proof: "authorization"` the whole body: a secret is shown, and nothing is signed',
  }),
  {},
);
