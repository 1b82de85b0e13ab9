import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { HooklineError } from '../errors.js';
import { decodeBase64, generateSecret, isEncodedKey, secretBytes } from './secret.js';

/** `v1`: HMAC-SHA256 with a shared secret. `v1a`: Ed25519. */
export type SignatureKind = 'v1' | 'v1a';

/** What signs by Standard Webhooks: a shared secret, or the private key of a pair. */
export type StandardKey =
  | { readonly kind: 'v1'; readonly bytes: Buffer /** As it is given out. */; readonly text: string }
  | { readonly kind: 'v1a'; readonly privateKey: KeyObject /** `whpk_...` */; readonly publicText: string };

/** Or a shared secret that is a text and stands for nothing else. */
export type SigningKey = StandardKey | { readonly kind: 'text'; readonly text: string };

const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
const SEED_BYTES = 32;
/** The seed, and the public key behind it. */
const PAIR_BYTES = 64;
/** PKCS #8 of an Ed25519 key up to its seed (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export function generateSigningSecret(kind: SignatureKind = 'v1'): string {
  if (kind === 'v1') return generateSecret();
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_HEAD.length);
  return PRIVATE_PREFIX + Buffer.concat([seed, publicBytes(privateKey)]).toString('base64');
}

export function kindOf(secret: string): SignatureKind {
  return secret.startsWith(PRIVATE_PREFIX) ? 'v1a' : 'v1';
}

/** The key that a secret which was taken stands for. */
export function keyOf(secret: string): SigningKey {
  return kindOf(secret) === 'v1a' || isEncodedKey(secret)
    ? signingKey(secret)
    : { kind: 'text', text: secret };
}

/** The key that a secret of Standard Webhooks stands for. Throws VALIDATION_FAILED. */
export function signingKey(secret: string): StandardKey {
  if (kindOf(secret) === 'v1') return { kind: 'v1', bytes: secretBytes(secret), text: secret };
  const bytes = decodeBase64(secret.slice(PRIVATE_PREFIX.length));
  if (bytes === null || (bytes.length !== SEED_BYTES && bytes.length !== PAIR_BYTES)) throw unusable();
  const der = Buffer.concat([PKCS8_HEAD, bytes.subarray(0, SEED_BYTES)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicPart = publicBytes(privateKey);
  if (bytes.length === PAIR_BYTES && !publicPart.equals(bytes.subarray(SEED_BYTES))) throw unusable();
  return { kind: 'v1a', privateKey, publicText: PUBLIC_PREFIX + publicPart.toString('base64') };
}

/** What a receiver verifies with: the shared secret itself, or the public key. */
export function verifyingSecret(secret: string): string {
  const key = keyOf(secret);
  return key.kind === 'v1a' ? key.publicText : key.text;
}

function publicBytes(privateKey: KeyObject): Buffer {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

function unusable(): HooklineError {
  const problem = `expected "${PRIVATE_PREFIX}" and the base64 of an Ed25519 key: ${SEED_BYTES} bytes, or ${PAIR_BYTES} with its public key`;
  return new HooklineError('VALIDATION_FAILED', { problem });
}
