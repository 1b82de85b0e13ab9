import { createHash } from 'node:crypto';

/** The longest text that is kept as it is where an index is to find it. */
export const MAX_KEY_LENGTH = 255;

/** Stands for a text that is too long for an index, or holds what none takes. */
export function hashOf(text: string): string {
  return `sha256:${createHash('sha256').update(text, 'utf16le').digest('hex')}`;
}
