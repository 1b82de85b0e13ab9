import { timeChars } from '../adapters/random-id-generator.js';
import type { IdPrefix } from '../ports/id-generator.js';

/** The text behind which every id sorts that is made at this instant or later, and before which all earlier ones do. */
export function earliestId(prefix: IdPrefix | 'rej', instant: number): string {
  return `${prefix}_${timeChars(Math.max(0, instant))}`;
}
