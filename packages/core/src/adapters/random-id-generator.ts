import { randomFillSync } from 'node:crypto';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.toLowerCase();
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;

/**
 * ULIDs (https://github.com/ulid/spec) behind a prefix, in lower case: 48 bits of time, then 80 random bits.
 * Ids made within one millisecond are not ordered among themselves.
 */
export function randomIdGenerator(clock: Clock): IdGenerator {
  const random = randomChars();
  return { next: (prefix) => `${prefix}_${timeChars(clock.now())}${random()}` };
}

function timeChars(now: number): string {
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
