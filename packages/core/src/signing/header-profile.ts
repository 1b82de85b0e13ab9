import { createHmac } from 'node:crypto';
import type { SigningKey } from './signing-key.js';
import { signStandardWebhook } from './standard-webhooks.js';

/** Whose webhooks ours look like, so that a receiver made for those takes ours. */
export type HeaderProfile = 'standard' | 'svix' | 'stripe' | 'github' | 'chatwoot';

export const HEADER_PROFILES: readonly HeaderProfile[] = ['standard', 'svix', 'stripe', 'github', 'chatwoot'];

/** What a request is signed by, and what of it profiles put into headers. */
export interface Signable {
  readonly eventId: string;
  readonly eventType: string;
  readonly webhookId: string;
  readonly timestampS: number;
  readonly body: Uint8Array;
  /** Newest first. */
  readonly keys: readonly SigningKey[];
}

type Sign = (signable: Signable) => Readonly<Record<string, string>>;

/**
 * The headers by which a receiver knows a request for ours. During a rotation `standard`, `svix` and `stripe` carry a
 * signature for each secret; the headers of `github` and `chatwoot` have room for one alone, which is the newest secret's.
 *
 * Rules: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md,
 * https://docs.stripe.com/webhooks#verify-manually,
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers; Chatwoot has the timestamp in front.
 */
export const PROFILES: Readonly<Record<HeaderProfile, Sign>> = {
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

/** Those whose receivers use the text of a secret as it is, with its prefix, undecoded: any text can be one. */
const TAKES_TEXT: ReadonlySet<HeaderProfile> = new Set(['stripe', 'github', 'chatwoot']);

/** Whether receivers of this profile know Ed25519. */
export function takesEd25519(profile: HeaderProfile): boolean {
  return profile === 'standard' || profile === 'svix';
}

/** Whether a secret may be plain text. */
export function takesText(profile: HeaderProfile): boolean {
  return TAKES_TEXT.has(profile);
}

function standardSignature({ eventId, timestampS, body, keys }: Signable): string {
  const standardKeys = keys.filter((key) => key.kind !== 'text');
  return signStandardWebhook({ id: eventId, timestampS, body, keys: standardKeys });
}

function textsOf(keys: readonly SigningKey[]): readonly string[] {
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
