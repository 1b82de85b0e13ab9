import type { Bench, BenchContext, Report } from './bench.ts';
import { describeMachine, libraryVersions } from './machine.ts';

export async function runBench(bench: Bench, context: BenchContext): Promise<Report> {
  context.note(`${bench.name}: ${bench.title}`);
  const { versions = {}, ...outcome } = await bench.run(context);
  return {
    bench: bench.name,
    title: bench.title,
    machine: describeMachine(),
    versions: { ...libraryVersions(), ...versions },
    ...outcome,
  };
}
