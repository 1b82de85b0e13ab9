import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { HooklineError } from '../../errors.js';
import { decodeBase64, decodeSecret } from '../../signing/secret.js';

/** How the text of a secret stands for the bytes of a key. */
export type SecretEncoding = 'utf8' | 'base64' | 'hex';

/** Throws OPTION_INVALID. */
export function secretKey(secret: string, encoding: SecretEncoding): Buffer {
  if (encoding === 'utf8') return Buffer.from(secret, 'utf8');
  const key = encoding === 'base64' ? decodeSecret(secret) : decodeHex(secret);
  if (key && key.length > 0) return key;
  throw invalidSecret(`a secret in ${encoding}`, secret);
}

const RAW_ED25519_BYTES = 32;

/**
 * A public key as senders show it: PEM, base64 of its DER (SPKI), or the 32 bytes of an Ed25519 key in hex or base64.
 * Throws OPTION_INVALID.
 */
export function importPublicKey(text: string): KeyObject {
  const key = tryImport(text.trim());
  if (key !== null) return key;
  throw invalidSecret('a public key: PEM, base64 of its DER, or 32 bytes of Ed25519 in hex or base64', text);
}

/** PEM, base64 of its DER (PKCS #8), or the 32 bytes of an Ed25519 seed in hex or base64. Throws OPTION_INVALID. */
export function importPrivateKey(text: string): KeyObject {
  const plain = text.trim();
  const bytes = decodeHex(plain) ?? decodeBase64(plain);
  const key = attempt(() => {
    if (bytes === null) return createPrivateKey(plain);
    const der = bytes.length === RAW_ED25519_BYTES ? Buffer.concat([ED25519_PKCS8, bytes]) : bytes;
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  });
  if (key !== null) return key;
  throw invalidSecret('a private key: PEM, base64 of its DER (PKCS #8), or 32 bytes of Ed25519', text);
}

/** What stands in front of the seed in the DER of an Ed25519 private key (RFC 8410, section 7). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export function ed25519PublicKey(bytes: Uint8Array): KeyObject {
  const x = Buffer.from(bytes).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

export function decodeHex(text: string): Buffer | null {
  return /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : null;
}

/** Never repeats the secret. */
export function invalidSecret(expected: string, secret: string): HooklineError {
  const got = `${secret.length} characters of something else`;
  return new HooklineError('OPTION_INVALID', { option: 'secret', expected, got });
}

function tryImport(text: string): KeyObject | null {
  const bytes = decodeHex(text) ?? decodeBase64(text);
  if (bytes?.length === RAW_ED25519_BYTES) return ed25519PublicKey(bytes);
  if (bytes === null) return text.includes('-----BEGIN') ? attempt(() => createPublicKey(text)) : null;
  return attempt(() => createPublicKey({ key: bytes, format: 'der', type: 'spki' }));
}

function attempt<Value>(make: () => Value): Value | null {
  try {
    return make();
  } catch {
    return null;
  }
}
