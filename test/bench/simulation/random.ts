/** Draws the same numbers for the same seed. */
export interface Random {
  /** From 0 up to 1. */
  uniform(): number;
  exponential(mean: number): number;
  /** With this median, and a hundredth of the draws above `p99`. */
  logNormal(median: number, p99: number): number;
}

/** The normal distribution's 99th percentile, in standard deviations. */
const Z99 = 2.3263478740408408;

/** Mulberry32: 32 bits of state, which is plenty for waiting lines. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    logNormal: (median, p99) => median * Math.exp((Math.log(p99 / median) / Z99) * normal(uniform)),
  };
}

/** Box and Muller. */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
