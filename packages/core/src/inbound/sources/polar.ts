import { defineSender } from '../create-source.js';
import { standardSchemeWithKey, standardSender } from '../schemes/standard-webhooks.js';

/** Polar's webhooks, by Standard Webhooks, but for the secret: its text is the key, undecoded. */
export const polar = defineSender(
  standardSender({
    kind: 'polar',
    title: 'Polar',
    docs: 'https://docs.polar.sh/integrate/webhooks/delivery',
    evidence: 'sdk',
    headers: ['webhook'],
    scheme: standardSchemeWithKey(['webhook'], (secret) => Buffer.from(secret, 'utf8')),
    type: { path: 'type' },
  }),
);
