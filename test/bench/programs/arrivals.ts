import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './now.js';

const SEED = 20_261_102;

/**
 * Calls `begin` so many times at the instants of a Poisson process, the same in every run, and waits for none of them
 * before the next. Resolves when all are done.
 */
export async function atRandom(
  count: number,
  perSec: number,
  begin: (index: number) => Promise<unknown>,
): Promise<void> {
  const random = seededRandom(SEED);
  const under: Promise<unknown>[] = [];
  let at = now();
  for (let index = 0; index < count; index++) {
    at += (-Math.log(1 - random()) / perSec) * 1_000;
    if (at > now()) await sleep(at - now());
    under.push(begin(index));
  }
  await Promise.all(under);
}

/** From 0 up to 1: mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
