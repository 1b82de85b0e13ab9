import { randomFillSync } from 'node:crypto';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.toLowerCase();
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;

/**
 * ULIDs (https://github.com/ulid/spec) behind a prefix, in lower case: 48 bits of time, then 80 random bits. Like the
 * spec's monotonic ones they sort in the order they were made, also within a millisecond and when the clock is set
 * back; those of two processes do not.
 */
export function randomIdGenerator(clock: Clock): IdGenerator {
  const random = randomChars();
  let lastTime = 0;
  let time = '';
  let tail = '';
  return {
    next(prefix) {
      const now = clock.now();
      if (now > lastTime) {
        lastTime = now;
        time = timeChars(now);
        tail = random();
      } else {
        tail = increment(tail);
      }
      return `${prefix}_${time}${tail}`;
    },
  };
}

/** The next text of the same length; the one after the last is the first, which 80 random bits never reach. */
function increment(text: string): string {
  for (let end = text.length - 1; end >= 0; end--) {
    const digit = ALPHABET.indexOf(text[end] ?? '');
    if (digit < ALPHABET.length - 1) {
      return text.slice(0, end) + ALPHABET[digit + 1] + ALPHABET[0]?.repeat(text.length - 1 - end);
    }
  }
  return (ALPHABET[0] ?? '').repeat(text.length);
}

/** The time of a ULID: ten characters that sort by it. */
export function timeChars(now: number): string {
  let text = '';
  let rest = now;
  for (let i = 0; i < TIME_CHARS; i++) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Draws from a pool, since asking the system for ten bytes at a time costs more than all the rest. */
function randomChars(): () => string {
  const pool = Buffer.alloc(RANDOM_CHARS * 256);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    let text = '';
    for (const end = next + RANDOM_CHARS; next < end; next++) text += ALPHABET[(pool[next] ?? 0) & 31];
    return text;
  };
}
