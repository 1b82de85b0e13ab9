import type { Result, Target } from './bench.ts';
import { type Figure, figuresOf } from './rounds.ts';
import { median } from './statistics.ts';

/** Ours to a peer's: the median of the ratios round by round; null where one of them did not take part. */
export function ratioOf(
  results: readonly Result[],
  figure: Figure,
  ours: string,
  theirs: string,
): number | null {
  const [mine, other] = [ours, theirs].map((name) => roundsOf(results, name, figure));
  if (!mine?.length || !other?.length) return null;
  return median(mine.map((value, round) => value / (other[round] ?? Number.NaN)));
}

/** Nothing where there is no figure. */
export function atLeast(name: string, limit: number, got: number | null | undefined): readonly Target[] {
  return judged(name, `>= ${limit}`, got, (value) => value >= limit);
}

/** Nothing where there is no figure. */
export function atMost(name: string, limit: number, got: number | null | undefined): readonly Target[] {
  return judged(name, `<= ${limit}`, got, (value) => value <= limit);
}

function judged(
  name: string,
  want: string,
  got: number | null | undefined,
  isMet: (value: number) => boolean,
): readonly Target[] {
  return got === null || got === undefined ? [] : [{ name, want, got, met: isMet(got) }];
}

function roundsOf(results: readonly Result[], name: string, figure: Figure): readonly number[] {
  const result = results.find((each) => each.name === name);
  return result ? figuresOf(result.rounds, figure) : [];
}
