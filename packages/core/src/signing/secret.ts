import { randomBytes } from 'node:crypto';
import { HooklineError } from '../errors.js';

const PREFIX = 'whsec_';
const NEW_SECRET_BYTES = 32;
/** Bounds of the Standard Webhooks spec. */
const MIN_BYTES = 24;
const MAX_BYTES = 64;

const MIN_TEXT_LENGTH = 8;
const MAX_TEXT_LENGTH = 256;
/** Letters, digits, signs and spaces of any language: no control characters, no line breaks. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

/** A new secret for signing: `whsec_` and the base64 of 32 random bytes. */
export function generateSecret(): string {
  return PREFIX + randomBytes(NEW_SECRET_BYTES).toString('base64');
}

/**
 * The key that a secret stands for: base64 of 24 to 64 bytes, with or without `whsec_` in front.
 * Throws VALIDATION_FAILED.
 */
export function secretBytes(secret: string): Buffer {
  const key = decodeSecret(secret);
  if (key !== null && isKeyLong(key)) return key;
  const expected = `a secret of "${PREFIX}" and the base64 of ${MIN_BYTES} to ${MAX_BYTES} bytes`;
  throw unusable(expected, key === null ? 'text that is not base64' : sizeOf(key.length, 'bytes'));
}

/** Whether it stands for a key, as those of Standard Webhooks do, and not for its own text alone. */
export function isEncodedKey(secret: string): boolean {
  const key = decodeSecret(secret);
  return key !== null && isKeyLong(key);
}

/** A secret whose text itself is the key: 8 to 256 characters that can be printed. Throws VALIDATION_FAILED. */
export function textSecret(secret: string): string {
  const { length } = secret;
  const isPrintable = PRINTABLE.test(secret);
  if (isPrintable && length >= MIN_TEXT_LENGTH && length <= MAX_TEXT_LENGTH) return secret;
  const expected = `a secret of ${MIN_TEXT_LENGTH} to ${MAX_TEXT_LENGTH} characters that can be printed`;
  const isUnprintable = length > 0 && !isPrintable;
  throw unusable(expected, isUnprintable ? 'some that cannot' : sizeOf(length, 'characters'));
}

/** Base64 with or without `whsec_` in front, of any length; null where it is not base64. */
export function decodeSecret(secret: string): Buffer | null {
  return decodeBase64(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
}

/** Decodes padded base64 in the standard alphabet; null for anything else, where Node would guess. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

function isKeyLong({ length }: Buffer): boolean {
  return length >= MIN_BYTES && length <= MAX_BYTES;
}

function sizeOf(count: number, unit: string): string {
  return count === 0 ? 'an empty secret' : `${count} ${unit}`;
}

/** Never repeats the secret. */
function unusable(expected: string, got: string): HooklineError {
  return new HooklineError('VALIDATION_FAILED', { problem: `expected ${expected}, got ${got}` });
}
