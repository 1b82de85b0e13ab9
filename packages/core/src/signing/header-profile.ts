import { createHmac } from 'node:crypto';
import type { SigningKey } from './signing-key.js';
import { signStandardWebhook } from './standard-webhooks.js';

type BuiltInProfile = 'standard' | 'svix' | 'stripe' | 'github' | 'chatwoot';

/** Whose webhooks ours look like, so that a receiver made for those takes ours: one of ours, or the kind of one of the hub's `profiles`. */
export type HeaderProfile = BuiltInProfile | (string & Record<never, never>);

/** What a request is signed by, and what of it profiles put into headers. */
export interface Signable {
  readonly eventId: string;
  readonly eventType: string;
  readonly webhookId: string;
  readonly url: string;
  readonly timestampS: number;
  readonly body: Uint8Array;
  /** Newest first. */
  readonly keys: readonly SigningKey[];
}

type Sign = (signable: Signable) => Readonly<Record<string, string>>;

/** How a webhook's requests are signed, and what its secrets may be. */
export interface Profile {
  readonly sign: Sign;
  /** Whether receivers use the text of a secret as it is, with its prefix, undecoded: any text can be one. */
  readonly takesText: boolean;
  /** Whether receivers know Ed25519. */
  readonly takesEd25519: boolean;
  /** Says why this cannot be a secret, or null. Never repeats it. */
  readonly secretProblem?: (secret: string) => string | null;
}

/** By the name that `webhook.profile` has. */
export type Profiles = ReadonlyMap<string, Profile>;

/**
 * The headers by which a receiver knows a request for ours. During a rotation `standard`, `svix` and `stripe` carry a
 * signature for each secret; the headers of `github` and `chatwoot` have room for one alone, which is the newest secret's.
 *
 * Rules: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md,
 * https://docs.stripe.com/webhooks#verify-manually,
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers; Chatwoot has the timestamp in front.
 */
const SIGN: Readonly<Record<BuiltInProfile, Sign>> = {
  standard: (signable) => ({
    'webhook-id': signable.eventId,
    'webhook-timestamp': String(signable.timestampS),
    'webhook-signature': standardSignature(signable),
  }),
  svix: (signable) => ({
    'svix-id': signable.eventId,
    'svix-timestamp': String(signable.timestampS),
    'svix-signature': standardSignature(signable),
  }),
  stripe: ({ keys, timestampS, body }) => {
    const signatures = textsOf(keys).map((secret) => `v1=${hexMac(secret, [`${timestampS}.`, body])}`);
    return { 'stripe-signature': [`t=${timestampS}`, ...signatures].join(',') };
  },
  github: ({ keys, eventId, eventType, webhookId, body }) => ({
    'x-github-event': eventType,
    'x-github-delivery': eventId,
    'x-github-hook-id': webhookId,
    ...newest(keys, (secret) => ({ 'x-hub-signature-256': `sha256=${hexMac(secret, [body])}` })),
  }),
  chatwoot: ({ keys, eventId, timestampS, body }) => ({
    'x-chatwoot-delivery': eventId,
    'x-chatwoot-timestamp': String(timestampS),
    ...newest(keys, (secret) => ({
      'x-chatwoot-signature': `sha256=${hexMac(secret, [`${timestampS}.`, body])}`,
    })),
  }),
};

const TAKES_TEXT: ReadonlySet<string> = new Set<BuiltInProfile>(['stripe', 'github', 'chatwoot']);
const TAKES_ED25519: ReadonlySet<string> = new Set<BuiltInProfile>(['standard', 'svix']);

export const BUILT_IN_PROFILES: Profiles = new Map(
  Object.entries(SIGN).map(([name, sign]) => [
    name,
    { sign, takesText: TAKES_TEXT.has(name), takesEd25519: TAKES_ED25519.has(name) },
  ]),
);

function standardSignature({ eventId, timestampS, body, keys }: Signable): string {
  const standardKeys = keys.filter((key) => key.kind !== 'text');
  return signStandardWebhook({ id: eventId, timestampS, body, keys: standardKeys });
}

/** What receivers have: the texts of the shared secrets, newest first. */
export function textsOf(keys: readonly SigningKey[]): readonly string[] {
  return keys.flatMap((key) => (key.kind === 'v1a' ? [] : key.text));
}

function newest(
  keys: readonly SigningKey[],
  headers: (secret: string) => Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [secret] = textsOf(keys);
  return secret === undefined ? {} : headers(secret);
}

function hexMac(secret: string, parts: readonly (string | Uint8Array)[]): string {
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(part);
  return mac.digest('hex');
}
