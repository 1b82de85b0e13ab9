import { HooklineError } from '../../errors.js';

const DEFAULT_TOLERANCE_S = 300;

/** Seconds between a request's timestamp and now; Infinity switches the check off. Throws OPTION_INVALID. */
export function toleranceOf(toleranceS = DEFAULT_TOLERANCE_S): number {
  if (typeof toleranceS === 'number' && toleranceS > 0) return toleranceS;
  const expected = 'seconds, more than 0 (Infinity takes requests of any age)';
  throw new HooklineError('OPTION_INVALID', { option: 'toleranceS', expected, got: toleranceS });
}
