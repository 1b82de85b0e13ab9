import { decodeBase64, decodeSecret } from '../../signing/secret.js';
import type { Sender } from '../sender.js';
import { type KeyRules, keyRules, publicKeyRules } from './algorithm.js';
import { invalidSecret } from './key-format.js';
import type { SyncScheme } from './scheme.js';
import { signed } from './signed.js';
import type { VerificationKey } from './verification-key.js';

const PUBLIC_KEY_PREFIX = 'whpk_';
const PRIVATE_KEY_PREFIX = 'whsk_';
const ED25519_BYTES = 32;

const symmetric = keyRules({ encoding: 'base64', label: 'v1', secret: toSecretBytes });
const asymmetric = publicKeyRules('ed25519', { encoding: 'base64', label: 'v1a' });

/** The prefix of the secret chooses the algorithm, never the request. */
export const standardKeys: KeyRules = {
  toKey: (secret) =>
    secret.startsWith(PUBLIC_KEY_PREFIX)
      ? asymmetric.toKey(edKey(secret, PUBLIC_KEY_PREFIX))
      : symmetric.toKey(secret),
  toSigner: (secret) =>
    secret.startsWith(PRIVATE_KEY_PREFIX)
      ? asymmetric.toSigner(edKey(secret, PRIVATE_KEY_PREFIX))
      : symmetric.toSigner(secret),
};

/**
 * Standard Webhooks v1 and v1a, with headers `<prefix>-id`, `<prefix>-timestamp` and `<prefix>-signature`; of several
 * prefixes those of the first whose headers are there.
 */
export function standardScheme(
  prefixes: readonly string[],
  keys = standardKeys,
): SyncScheme<VerificationKey> {
  const named = (part: string) => prefixes.map((prefix) => `${prefix}-${part}`);
  return signed({
    signature: named('signature'),
    list: { separator: ' ', assign: ',' },
    keys,
    message: '{id}.{timestamp}.{body}',
    id: named('id'),
    timestamp: { header: named('timestamp') },
  });
}

/** The same, of senders whose secret is used as it is, or by rules of their own. */
export function standardSchemeWithKey(
  prefixes: readonly string[],
  toBytes: (secret: string) => Uint8Array,
): SyncScheme<VerificationKey> {
  return standardScheme(prefixes, keyRules({ encoding: 'base64', label: 'v1', secret: toBytes }));
}

export interface StandardSender extends Pick<Sender, 'kind' | 'title' | 'docs' | 'evidence' | 'type'> {
  /** Prefixes of its headers: `webhook`, `svix`. */
  readonly headers: readonly string[];
  /** Default: that of Standard Webhooks, with these headers. */
  readonly scheme?: SyncScheme<VerificationKey>;
}

/** A sender that follows Standard Webhooks: the signed id is the one that is the same when a request is sent again. */
export function standardSender({
  headers,
  scheme = standardScheme(headers),
  ...sender
}: StandardSender): Sender {
  return { ...sender, scheme, id: { first: headers.map((prefix) => ({ header: `${prefix}-id` })) } };
}

/** How long a sender's secret is is not ours to judge, so long as there is one. */
function toSecretBytes(secret: string): Uint8Array {
  const bytes = decodeSecret(secret);
  if (bytes !== null && bytes.length > 0) return bytes;
  throw invalidSecret('base64 behind "whsec_", or a public key of 32 bytes in base64 behind "whpk_"', secret);
}

/** As `publicKeyRules` takes it. A private key holds the public one behind its seed. */
function edKey(secret: string, prefix: string): string {
  const bytes = decodeBase64(secret.slice(prefix.length));
  const isWhole = bytes?.length === ED25519_BYTES || (prefix === PRIVATE_KEY_PREFIX && bytes?.length === 64);
  if (bytes && isWhole) return bytes.subarray(0, ED25519_BYTES).toString('hex');
  throw invalidSecret(`32 bytes of an Ed25519 key in base64 behind "${prefix}"`, secret);
}
