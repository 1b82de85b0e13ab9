import type { KeyObject } from 'node:crypto';
import {
  importPrivateKey,
  importPublicKey,
  invalidSecret,
  type SecretEncoding,
  secretKey,
} from './key-format.js';
import type { Message } from './message.js';
import {
  type Digest,
  type HmacAlgorithm,
  hashKey,
  hashOf,
  hmacKey,
  hmacOf,
  publicKey,
  type SignatureEncoding,
  signWith,
  type VerificationKey,
} from './verification-key.js';

/** An HMAC, a plain hash over message and secret, or a signature that a public key checks. */
export type Algorithm = `hmac-${HmacAlgorithm}` | HmacAlgorithm | keyof typeof PUBLIC_KEYS;

/** Signs as a sender does. */
export interface Signer {
  readonly label: string | null;
  sign(message: Message): string;
}

/** What the text of a secret stands for: on the side that checks, and on the side that signs. */
export interface KeyRules {
  /** Throws OPTION_INVALID. */
  toKey(secret: string): VerificationKey;
  /** Throws OPTION_INVALID. */
  toSigner(secret: string): Signer;
}

export interface KeyDescription {
  /** Default `hmac-sha256`. */
  readonly algorithm?: Algorithm;
  /** Default `hex`. */
  readonly encoding?: SignatureEncoding;
  /** How the secret's text stands for the key, or what makes the key of it. Default `utf8`. Of no meaning to public keys. */
  readonly secret?: SecretEncoding | ((secret: string) => Uint8Array);
  /** The label of signatures in a list. Default: they have none. */
  readonly label?: string | null;
}

const PUBLIC_KEYS = {
  ed25519: { type: 'ed25519', digest: null },
  'ecdsa-sha256': { type: 'ec', digest: 'sha256' },
  'rsa-sha1': { type: 'rsa', digest: 'sha1' },
  'rsa-sha256': { type: 'rsa', digest: 'sha256' },
} as const satisfies Readonly<Record<string, { readonly type: string; readonly digest: Digest }>>;

export function keyRules(description: KeyDescription): KeyRules {
  const { algorithm = 'hmac-sha256', encoding = 'hex', label = null } = description;
  if (isPublicKey(algorithm)) return publicKeyRules(algorithm, { encoding, label });
  const output = { algorithm: algorithm.replace('hmac-', '') as HmacAlgorithm, encoding, label };
  const isHmac = algorithm.startsWith('hmac-');
  const bytesOf = toBytes(description.secret ?? 'utf8');
  const compute = isHmac ? hmacOf : hashOf;
  return {
    toKey: (secret) => (isHmac ? hmacKey : hashKey)(bytesOf(secret), output),
    toSigner: (secret) => ({ label, sign: (message) => compute(bytesOf(secret), message, output) }),
  };
}

export function publicKeyRules(
  algorithm: keyof typeof PUBLIC_KEYS,
  { encoding, label }: { readonly encoding: SignatureEncoding; readonly label: string | null },
): KeyRules {
  const { type, digest } = PUBLIC_KEYS[algorithm];
  const assertType = (key: KeyObject, secret: string): KeyObject => {
    if (key.asymmetricKeyType === type) return key;
    throw invalidSecret(`a key for ${algorithm}`, secret);
  };
  return {
    toKey: (secret) => publicKey(assertType(importPublicKey(secret), secret), { digest, encoding, label }),
    toSigner: (secret) => {
      const key = assertType(importPrivateKey(secret), secret);
      return { label, sign: (message) => signWith(key, message, { digest, encoding }) };
    },
  };
}

function isPublicKey(algorithm: Algorithm): algorithm is keyof typeof PUBLIC_KEYS {
  return Object.hasOwn(PUBLIC_KEYS, algorithm);
}

function toBytes(
  encoding: SecretEncoding | ((secret: string) => Uint8Array),
): (secret: string) => Uint8Array {
  return typeof encoding === 'function' ? encoding : (secret) => secretKey(secret, encoding);
}
