import { HooklineError } from '../errors.js';
import type { HttpResponse } from '../http/types.js';

const PRINTABLE = /^[\x20-\x7e]{1,2000}$/;

/**
 * Answers a challenge with itself, as text that no browser takes for a page.
 *
 * Throws REQUEST_INCOMPLETE for what no sender would ask.
 */
export function echoChallenge(challenge: string): HttpResponse {
  return { status: 200, headers: PLAIN_TEXT, body: requirePrintable(challenge) };
}

/** Throws REQUEST_INCOMPLETE. */
export function requirePrintable(challenge: string): string {
  if (PRINTABLE.test(challenge)) return challenge;
  throw new HooklineError('REQUEST_INCOMPLETE', { what: 'a challenge of 1 to 2,000 printable characters' });
}

const PLAIN_TEXT = {
  'content-type': 'text/plain; charset=utf-8',
  'x-content-type-options': 'nosniff',
} as const;
