import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { HooklineError } from '../errors.js';
import { decodeBase64 } from './secret.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url. */
const SEALED = /^v1\.([0-9a-f]{8})\.([\w-]{16})\.([\w-]{22,})$/;
/** Plain text that might be taken for sealed text is kept behind `v0.`. */
const LOOKS_SEALED = /^v\d+\./;
const ESCAPE = 'v0.';

/** Keeps secrets unreadable where they are stored. */
export interface SecretBox {
  /** Encrypts with a nonce of its own each time; without a key, the text as it is. */
  seal(text: string): string;
  /** What was sealed. Text that was stored while there was no key is given back. Throws SECRET_UNREADABLE. */
  open(sealed: string): string;
  /** Whether it is sealed as it would be now: under the current key. */
  isCurrent(sealed: string): boolean;
}

/**
 * AES-256-GCM under the first of the keys. What is sealed names its format and, by a short id, its key, so that the
 * others open what was sealed under them.
 *
 * @param encryptionKeys each 32 bytes in base64 or hex; none keeps secrets in plain text. Throws OPTION_INVALID.
 */
export function createSecretBox(encryptionKeys: string | readonly string[]): SecretBox {
  const [current, ...others] = [encryptionKeys].flat().map((text) => toNamedKey(decodeKey(text)));
  return current === undefined ? plainBox : keyedBox(current, others);
}

/** A key, and what begins everything that is sealed under it. */
interface NamedKey {
  readonly key: Buffer;
  readonly head: string;
}

function toNamedKey(key: Buffer): NamedKey {
  return { key, head: `v1.${keyId(key)}` };
}

const plainBox: SecretBox = {
  seal: (text) => (LOOKS_SEALED.test(text) ? ESCAPE + text : text),
  open: openPlain,
  isCurrent: () => true,
};

function keyedBox(current: NamedKey, others: readonly NamedKey[]): SecretBox {
  const keys = new Map([current, ...others].map(({ head, key }) => [head, key]));
  return {
    seal: (text) => encrypt(current, text),
    open: (sealed) => (isSealed(sealed) ? decrypt(keys, sealed) : openPlain(sealed)),
    isCurrent: (sealed) => sealed.startsWith(`${current.head}.`),
  };
}

function isSealed(text: string): boolean {
  return LOOKS_SEALED.test(text) && !text.startsWith(ESCAPE);
}

function openPlain(text: string): string {
  if (isSealed(text)) throw new HooklineError('SECRET_UNREADABLE');
  return text.startsWith(ESCAPE) ? text.slice(ESCAPE.length) : text;
}

function encrypt({ key, head }: NamedKey, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(head));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${head}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

function decrypt(keys: ReadonlyMap<string, Buffer>, sealed: string): string {
  const [, id, nonce = '', rest = ''] = SEALED.exec(sealed) ?? [];
  const bytes = Buffer.from(rest, 'base64url');
  const isCanonical = bytes.toString('base64url') === rest;
  const head = `v1.${id}`;
  const key = keys.get(head);
  if (key === undefined || !isCanonical) throw new HooklineError('SECRET_UNREADABLE');
  const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64url'), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(head)).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new HooklineError('SECRET_UNREADABLE', {}, cause);
  }
}

/** Derived one way, so that it tells nothing about the key. */
function keyId(key: Buffer): string {
  return createHmac('sha256', key).update('hookline.key-id').digest('hex').slice(0, 8);
}

/** Hex comes first: 64 hex digits are well-formed base64, too. */
function decodeKey(text: string): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : decodeBase64(text);
  if (key?.length === KEY_BYTES) return key;
  const got = key === null ? `${text.length} characters of something else` : `${key.length} bytes`;
  const expected = `${KEY_BYTES} bytes in base64 or hex`;
  throw new HooklineError('OPTION_INVALID', { option: 'encryptionKey', expected, got });
}
