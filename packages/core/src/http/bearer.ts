import { HooklineError } from '../errors.js';
import type { Authorizer } from '../ports/authorizer.js';
import { equalInConstantTime } from '../signing/constant-time.js';

const MIN_LENGTH = 16;

/**
 * Lets in, as staff, whoever sends `authorization: Bearer <token>`. For scripts and small teams; an app with users
 * gives `authorize` a function that knows them.
 *
 * Throws OPTION_INVALID for a token of less than 16 characters, so that a variable that is not set opens nothing.
 */
export function bearer(token: string | undefined): Authorizer {
  if (typeof token !== 'string' || token.length < MIN_LENGTH) {
    const got = typeof token === 'string' ? `${token.length} characters` : typeof token;
    throw new HooklineError('OPTION_INVALID', {
      option: 'bearer',
      expected: `at least ${MIN_LENGTH} characters`,
      got,
    });
  }
  const expected = `Bearer ${token}`;
  return ({ headers }) => (equalInConstantTime(headers.authorization ?? '', expected) ? true : null);
}
