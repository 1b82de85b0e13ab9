import { randomFillSync } from 'node:crypto';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.toLowerCase();
const TIME_CHARS = 10;
/** Of the random part, the rest of which is counted on within a millisecond. */
const RANDOM_CHARS = 12;
const COUNT_BITS = 20;
const PAIRS: readonly string[] = [...ALPHABET].flatMap((first) =>
  [...ALPHABET].map((second) => first + second),
);
const PAIR_BITS = 10;

/**
 * ULIDs (https://github.com/ulid/spec) behind a prefix, in lower case: 48 bits of time, then 80 random bits. Like the
 * spec's monotonic ones they sort in the order they were made, also within a millisecond and when the clock is set
 * back; those of two processes do not.
 */
export function randomIdGenerator(clock: Clock): IdGenerator {
  const draw = randomBytes();
  let lastTime = 0;
  let time = '';
  let random = '';
  let count = 0;
  return {
    next(prefix, now = clock.now()) {
      if (now > lastTime) {
        lastTime = now;
        time = timeChars(now);
        random = randomChars(draw);
        count = draw() | (draw() << 8) | ((draw() & 15) << 16);
      } else if (++count === 1 << COUNT_BITS) {
        random = increment(random);
        count = 0;
      }
      return `${prefix}_${time}${random}${PAIRS[count >> PAIR_BITS]}${PAIRS[count & ((1 << PAIR_BITS) - 1)]}`;
    },
  };
}

/** The next text of the same length; the one after the last is the first, which random bits never reach. */
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

function randomChars(draw: () => number): string {
  let text = '';
  for (let i = 0; i < RANDOM_CHARS; i++) text += ALPHABET[draw() & 31];
  return text;
}

/** Draws from a pool, since asking the system for a few bytes at a time costs more than all the rest. */
function randomBytes(): () => number {
  const pool = Buffer.alloc(4_096);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    return pool[next++] ?? 0;
  };
}
