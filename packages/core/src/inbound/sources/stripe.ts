import { hmacScheme } from '../schemes/hmac-scheme.js';
import type { SignatureScheme } from '../schemes/signature-scheme.js';
import type { Source } from '../source.js';
import type { SourceSecret } from '../source-secrets.js';
import { readMeaning, signedSource } from './signed-source.js';
import { toleranceOf } from './tolerance.js';

export interface StripeOptions {
  /** The endpoint's signing secret, `whsec_...`; several while it is rolled. */
  readonly secret: SourceSecret;
  /** How old a request may be, in seconds. Default 300. */
  readonly toleranceS?: number;
}

/**
 * Stripe's webhooks: `Stripe-Signature` with `t` and one or more `v1`. Like Stripe's own library it refuses what is
 * too old, never what comes from a clock that runs ahead. The type is the body's `type`, the id its `id`.
 * Rules: https://docs.stripe.com/webhooks#verify-manually
 *
 * Throws SOURCE_SECRET_MISSING, OPTION_INVALID.
 */
export function stripe(options: StripeOptions): Source {
  const meaning = { id: { path: 'id' }, type: { path: 'type' } };
  return signedSource(stripeScheme(options), (request) => readMeaning(request, meaning));
}

export function stripeScheme({ secret, toleranceS }: StripeOptions): SignatureScheme {
  const maxAgeS = toleranceOf(toleranceS);
  return hmacScheme({
    kind: 'stripe',
    secret,
    header: 'stripe-signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
    template: '{timestamp}.{body}',
    timestamp: { from: { label: 't' }, unit: 's', maxAgeS, maxAheadS: Number.POSITIVE_INFINITY },
  });
}
