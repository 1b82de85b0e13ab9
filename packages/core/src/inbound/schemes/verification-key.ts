import { createHmac, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { equalInConstantTime } from '../../signing/constant-time.js';
import { decodeBase64 } from '../../signing/secret.js';

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha512';
export type SignatureEncoding = 'hex' | 'base64' | 'base64url';

/** What was signed, in order; texts stand for their UTF-8 bytes. */
export type Message = readonly (string | Uint8Array)[];

/** A secret, or a public key, that signatures are checked with. */
export interface VerificationKey {
  /** Only signatures with this label are its own; null where signatures have no labels. */
  readonly label: string | null;
  /** Prepares the check of one message, so that many signatures cost one computation. */
  checker(message: Message): (signature: string) => boolean;
}

export interface HmacOutput {
  readonly algorithm: HmacAlgorithm;
  readonly encoding: SignatureEncoding;
  readonly label: string | null;
}

export function hmacKey(secret: Uint8Array, { algorithm, encoding, label }: HmacOutput): VerificationKey {
  return {
    label,
    checker(message) {
      const mac = createHmac(algorithm, secret);
      for (const part of message) mac.update(part);
      const expected = mac.digest(encoding);
      return (signature) => equalInConstantTime(comparable(signature, encoding), expected);
    },
  };
}

/** Senders write hex in either case, and base64url with or without padding. */
function comparable(signature: string, encoding: SignatureEncoding): string {
  if (encoding === 'hex') return signature.toLowerCase();
  return encoding === 'base64url' ? signature.replace(/={1,2}$/, '') : signature;
}

const ED25519_KEY_BYTES = 32;

/** The asymmetric `v1a` of Standard Webhooks. Null where the bytes are no ed25519 public key. */
export function ed25519Key(publicKey: Uint8Array, label: string): VerificationKey | null {
  if (publicKey.length !== ED25519_KEY_BYTES) return null;
  const key = importEd25519(publicKey);
  return {
    label,
    checker(message) {
      const bytes = Buffer.concat(message.map((part) => Buffer.from(part as Uint8Array)));
      return (signature) => isSigned(bytes, key, signature);
    },
  };
}

function importEd25519(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function isSigned(message: Buffer, key: KeyObject, signature: string): boolean {
  const bytes = decodeBase64(signature);
  return bytes !== null && verify(null, message, key, bytes);
}
