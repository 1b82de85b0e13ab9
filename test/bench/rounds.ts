import type { BenchContext, Measurement, Result } from './bench.ts';
import { median } from './statistics.ts';

export type Figure = keyof Measurement;

export interface Contender {
  readonly name: string;
  /** One round, in fresh processes. */
  measure(): Promise<Measurement>;
}

export interface RoundsOptions extends Pick<BenchContext, 'note' | 'only'> {
  readonly rounds: number;
}

/** Lets them run in turn, so that what changes on the machine meanwhile meets all of them; another begins each round. */
export async function playRounds(
  contenders: readonly Contender[],
  { rounds, note, only }: RoundsOptions,
): Promise<readonly Result[]> {
  const chosen = only ? contenders.filter(({ name }) => isChosen(name, only)) : contenders;
  if (chosen.length === 0) throw new Error(`There is no contender ${only?.join(', ')}. ${known(contenders)}`);
  const measurements = new Map<string, Measurement[]>(chosen.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of rotated(chosen, round)) {
      const measurement = await contender.measure();
      measurements.get(contender.name)?.push(measurement);
      note(`round ${round + 1} of ${rounds}: ${contender.name}: ${brief(measurement)}`);
    }
  }
  return chosen.map(({ name }) => resultOf(name, measurements.get(name) ?? []));
}

/** The medians over all rounds, figure by figure. */
export function resultOf(name: string, rounds: readonly Measurement[]): Result {
  const figures = Object.keys(rounds[0] ?? {}) as Figure[];
  const medians = figures.map((figure) => [figure, median(figuresOf(rounds, figure))]);
  return { name, ...(Object.fromEntries(medians) as Measurement), rounds };
}

export function figuresOf(rounds: readonly Measurement[], figure: Figure): readonly number[] {
  return rounds.flatMap((round) => round[figure] ?? []);
}

/** Whether it is asked for: by its name, or by what stands before a comma in it. */
export function isChosen(name: string, only: readonly string[]): boolean {
  return only.some((each) => name === each || name.startsWith(`${each},`));
}

function known(contenders: readonly Contender[]): string {
  return `There are:\n  ${contenders.map(({ name }) => name).join('\n  ')}`;
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

function brief(measurement: Measurement): string {
  const parts = Object.entries(measurement).map(([figure, value]) => `${figure} ${round(value)}`);
  return parts.join(', ');
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
