import type { BenchContext, BenchOutcome } from '../bench.ts';
import type { Servers } from '../servers.ts';

export type PartOutcome = Pick<BenchOutcome, 'results' | 'ratios' | 'targets' | 'notes'>;

/** One question that `scale` answers. The names of its results begin with its own. */
export interface Part {
  readonly name: string;
  run(servers: Servers, context: BenchContext): Promise<PartOutcome>;
}

/** Whether what has this name is to be run: `--only` tells its name or how that begins, up to a comma. */
export function isAsked({ only }: Pick<BenchContext, 'only'>, name: string): boolean {
  return !only || only.some((each) => `${each},`.startsWith(`${name},`) || name.startsWith(`${each},`));
}

export const named = (count: number): string => count.toLocaleString('en');
