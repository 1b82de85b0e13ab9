export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest value that so many of all, as a share from 0 to 1, are not above. */
export function percentile(values: readonly number[], share: number): number {
  const index = Math.max(0, Math.ceil(share * values.length) - 1);
  return ascending(values)[index] ?? Number.NaN;
}

/** How far the values lie apart: the largest less the smallest, as a share of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((one, other) => one - other);
}
