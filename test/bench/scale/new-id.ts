import type { IdPrefix } from '@hookline/core';

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10;
let count = 0;

/** A ULID behind a prefix: the time, and a number that grows within this process. */
export function newId(prefix: IdPrefix | 'lse'): string {
  count += 1;
  return `${ulidTime(prefix, Date.now())}${String(process.pid).padStart(7, '0')}${String(count).padStart(9, '0')}`;
}

/** The text that every id of this instant begins with. */
export function ulidTime(prefix: string, instant: number): string {
  let text = '';
  for (let rest = instant; text.length < TIME_DIGITS; rest = Math.floor(rest / 32))
    text = DIGITS[rest % 32] + text;
  return `${prefix}_${text}`;
}
