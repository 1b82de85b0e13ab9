import { whole } from '../options.js';

const DEFAULT_MAX_BODY_BYTES = 1_000_000;
const MAX_BODY_BYTES = 100_000_000;

/** The option `maxBodyBytes`, 1,000,000 where it is not told. Throws OPTION_INVALID. */
export function bodyLimit(maxBodyBytes: number | undefined): number {
  return whole('maxBodyBytes', maxBodyBytes, DEFAULT_MAX_BODY_BYTES, [1, MAX_BODY_BYTES]);
}
