import type { Measurement, Result } from '../bench.ts';
import { resultOf } from '../rounds.ts';
import { atMost, ratioOf } from '../targets.ts';
import type { PartOutcome } from './part.ts';

/** How much is stored. */
export interface Size {
  readonly title: string;
  readonly deliveries: number;
  /** In one partition for each week. */
  readonly isDivided?: boolean;
}

const MOST = 2;

export function nameOf({ title }: Size, operation: string): string {
  return `stored, ${title}, ${operation}`;
}

/** Each operation beside most rows to beside fewest: those are targets. And divided by time to undivided. */
export function outcomeOf(
  collected: ReadonlyMap<string, readonly Measurement[]>,
  sizes: readonly Size[],
  notes: readonly string[],
): PartOutcome {
  const all = [...collected].map(([name, rounds]) => resultOf(name, rounds));
  const operations = [...new Set(all.map(operationOf))];
  const results = operations.flatMap((operation) => all.filter((each) => operationOf(each) === operation));
  const plain = sizes.filter(({ isDivided }) => !isDivided);
  const growth = compare(results, operations, plain.at(-1), plain[0]);
  const divided = sizes.find(({ isDivided }) => isDivided);
  const undivided = plain.find(({ deliveries }) => deliveries === divided?.deliveries);
  const division = compare(results, operations, divided, undivided);
  return {
    results,
    ratios: Object.fromEntries([...growth, ...division]),
    targets: growth.flatMap(([title, ratio]) => atMost(title, MOST, ratio)),
    notes: [...notes, ...NOTES],
  };
}

/** Medians of the ratios round by round; nothing where one of the sizes did not take part. */
function compare(
  results: readonly Result[],
  operations: readonly string[],
  size: Size | undefined,
  base: Size | undefined,
): readonly (readonly [string, number])[] {
  if (!size || !base || size === base) return [];
  return operations.flatMap((operation): readonly (readonly [string, number])[] => {
    const ratio = ratioOf(results, 'p50', nameOf(size, operation), nameOf(base, operation));
    return ratio === null ? [] : [[`${operation}: ${size.title} to ${base.title}`, ratio]];
  });
}

function operationOf({ name }: Pick<Result, 'name'>): string {
  return name.split(', ').slice(2).join(', ');
}

const NOTES = [
  'stored: 10,000 accounts of very different size with two webhooks each; one delivery in 100 exhausted, one in 1,000 tried again later, the others delivered; one attempt each. Each call alone, on one connection, from a process that does nothing else; pages have 20 rows. There is no call for statistics in the API yet, so none is measured.',
];
