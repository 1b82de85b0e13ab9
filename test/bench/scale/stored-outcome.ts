import type { Measurement, Result } from '../bench.ts';
import { type Figure, resultOf } from '../rounds.ts';
import { atMost, ratioOf } from '../targets.ts';
import type { PartOutcome } from './part.ts';

/** How much is stored. */
export interface Size {
  readonly title: string;
  readonly deliveries: number;
  /** In one partition for each week; or with pages compressed in the write-ahead log. Default: as Hookline makes it. */
  readonly variant?: 'by week' | 'compressed';
}

const MOST = 2;

export function nameOf({ title }: Size, operation: string): string {
  return `stored, ${title}, ${operation}`;
}

/** Each operation beside most rows to beside fewest: those are targets. And each variant to the plain one of its size. */
export function outcomeOf(
  collected: ReadonlyMap<string, readonly Measurement[]>,
  sizes: readonly Size[],
  notes: readonly string[],
): PartOutcome {
  const all = [...collected].map(([name, rounds]) => resultOf(name, rounds));
  const operations = [...new Set(all.map(operationOf))];
  const results = operations.flatMap((operation) => all.filter((each) => operationOf(each) === operation));
  const plain = sizes.filter(({ variant }) => !variant);
  const ratiosOf = (figure: Figure, size: Size | undefined, base: Size | undefined) =>
    operations.flatMap((operation) => compare(results, { operation, figure, size, base }));
  const growth = ratiosOf('p50', plain.at(-1), plain[0]);
  const variants = sizes.filter(({ variant }) => variant);
  const others = variants.flatMap((size) => {
    const base = plain.find(({ deliveries }) => deliveries === size.deliveries);
    return [...ratiosOf('p50', size, base), ...ratiosOf('walBytesEach', size, base)];
  });
  return {
    results,
    ratios: Object.fromEntries([...growth, ...others]),
    targets: growth.flatMap(([title, ratio]) => atMost(title, MOST, ratio)),
    notes: [...notes, ...NOTES],
  };
}

interface Comparison {
  readonly operation: string;
  readonly figure: Figure;
  readonly size: Size | undefined;
  readonly base: Size | undefined;
}

/** The median of the ratios round by round; nothing where one of the sizes did not take part. */
function compare(
  results: readonly Result[],
  { operation, figure, size, base }: Comparison,
): readonly (readonly [string, number])[] {
  if (!size || !base || size === base) return [];
  const ratio = ratioOf(results, figure, nameOf(size, operation), nameOf(base, operation));
  if (ratio === null) return [];
  return [[`${figure === 'p50' ? '' : 'WAL of '}${operation}: ${size.title} to ${base.title}`, ratio]];
}

function operationOf({ name }: Pick<Result, 'name'>): string {
  return name.split(', ').slice(2).join(', ');
}

const NOTES = [
  'stored: 10,000 accounts of very different size with two webhooks each; one delivery in 100 exhausted, one in 1,000 tried again later, the others delivered; one attempt each. Each call alone, on one connection, from a process that does nothing else; pages have 20 rows. There is no call for statistics in the API yet, so none is measured.',
];
