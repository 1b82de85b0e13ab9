import { randomBytes } from 'node:crypto';
import { HooklineError } from '../errors.js';

const PREFIX = 'whsec_';
const NEW_SECRET_BYTES = 32;
/** Bounds of the Standard Webhooks spec. */
const MIN_BYTES = 24;
const MAX_BYTES = 64;

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
  if (key === null) throw unusable('text that is not base64');
  if (key.length === 0) throw unusable('an empty secret');
  if (key.length < MIN_BYTES || key.length > MAX_BYTES) throw unusable(`${key.length} bytes`);
  return key;
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

function unusable(got: string): HooklineError {
  const problem = `expected a secret of "${PREFIX}" and the base64 of ${MIN_BYTES} to ${MAX_BYTES} bytes, got ${got}`;
  return new HooklineError('VALIDATION_FAILED', { problem });
}
