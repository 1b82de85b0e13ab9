import { createHash, createHmac, createSecretKey, type KeyObject, sign, verify } from 'node:crypto';
import { equalInConstantTime } from '../../signing/constant-time.js';
import { type Message, SECRET } from './message.js';

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha512';
export type SignatureEncoding = 'hex' | 'base64' | 'base64url';

/** A secret, or a public key, that signatures are checked with. */
export interface VerificationKey {
  /** Only signatures with this label are its own; null where signatures have no labels. */
  readonly label: string | null;
  /** Prepares the check of one message, so that many signatures cost one computation. */
  checker(message: Message): (signature: string) => boolean;
}

export interface MacOutput {
  readonly algorithm: HmacAlgorithm;
  readonly encoding: SignatureEncoding;
  readonly label: string | null;
}

export function hmacKey(secret: Uint8Array, output: MacOutput): VerificationKey {
  const key = createSecretKey(secret);
  return textKey(output, (message) => hmacOf(key, message, output));
}

/** Of senders that hash the secret together with the message. */
export function hashKey(secret: Uint8Array, output: MacOutput): VerificationKey {
  return textKey(output, (message) => hashOf(secret, message, output));
}

export function hmacOf(
  key: KeyObject | Uint8Array,
  message: Message,
  { algorithm, encoding }: Pick<MacOutput, 'algorithm' | 'encoding'>,
): string {
  const mac = createHmac(algorithm, key);
  for (const part of message) if (part !== SECRET) mac.update(part);
  return mac.digest(encoding);
}

export function hashOf(
  secret: Uint8Array,
  message: Message,
  { algorithm, encoding }: Pick<MacOutput, 'algorithm' | 'encoding'>,
): string {
  const hash = createHash(algorithm);
  for (const part of message) hash.update(part === SECRET ? secret : part);
  return hash.digest(encoding);
}

/** The expected text is compared, not what a given one decodes to: Node's decoders pass over what is no hex or base64. */
function textKey({ encoding, label }: MacOutput, compute: (message: Message) => string): VerificationKey {
  return {
    label,
    checker(message) {
      const expected = compute(message);
      return (signature) => equalInConstantTime(comparable(signature, encoding), expected);
    },
  };
}

const UPPER_HEX = /^[0-9A-F]+$/;

/** Senders write hex all in lower or all in upper case, and base64url with or without padding. */
function comparable(signature: string, encoding: SignatureEncoding): string {
  if (encoding === 'hex') return UPPER_HEX.test(signature) ? signature.toLowerCase() : signature;
  return encoding === 'base64url' ? signature.replace(/={1,2}$/, '') : signature;
}

/** The digest that a public key's signatures are over; null where the key's own algorithm says it (Ed25519). */
export type Digest = 'sha1' | 'sha256' | 'sha512' | null;

export interface SignatureOutput {
  readonly digest: Digest;
  readonly encoding: SignatureEncoding;
  readonly label: string | null;
}

/** A public key: Ed25519, ECDSA (DER) or RSA (PKCS #1 v1.5). */
export function publicKey(key: KeyObject, { digest, encoding, label }: SignatureOutput): VerificationKey {
  return {
    label,
    checker(message) {
      const bytes = bytesOf(message);
      return (signature) => {
        const decoded = decodeExactly(signature, encoding);
        return decoded !== null && verify(digest, bytes, key, decoded);
      };
    },
  };
}

export function signWith(
  key: KeyObject,
  message: Message,
  { digest, encoding }: Pick<SignatureOutput, 'digest' | 'encoding'>,
): string {
  return sign(digest, bytesOf(message), key).toString(encoding);
}

function bytesOf(message: Message): Buffer {
  return Buffer.concat(message.flatMap((part) => (part === SECRET ? [] : Buffer.from(part as Uint8Array))));
}

/** Null for anything but the one way to write those bytes (hex in either case): a signature has no second spelling. */
export function decodeExactly(text: string, encoding: SignatureEncoding): Buffer | null {
  const plain = comparable(text, encoding);
  const bytes = Buffer.from(plain, encoding);
  return bytes.length > 0 && bytes.toString(encoding) === plain ? bytes : null;
}
