import { parseArgs } from 'node:util';
import type { Bench, BenchContext } from './bench.ts';
import { benches } from './benches/all.ts';

export interface Arguments {
  readonly chosen: readonly Bench[];
  readonly isList: boolean;
  readonly isJson: boolean;
  /** Keep the reports in `docs/benchmarks` and render the page anew; of no bench, that alone. */
  readonly isWriting: boolean;
  readonly settings: Omit<BenchContext, 'note'>;
}

const USAGE = `npm run bench -- <name>... | all [--json] [--short] [--rounds N] [--only <contender>]...
  [--concurrency N] [--prof] [--write]
npm run bench -- --list | --write`;

const OPTIONS = {
  help: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  short: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  prof: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  concurrency: { type: 'string' },
  only: { type: 'string', multiple: true },
} as const;

/** Throws an Error that tells how to call it. */
export function readArguments(argv: readonly string[], profileFolder: string): Arguments {
  const { values, positionals } = parse(argv);
  if (values.help) throw misused('One or more benches, by name.');
  const isRenderingOnly = values.write && positionals.length === 0;
  if (values.write && (values.short || values.only || values.prof || values.concurrency))
    throw misused('--write keeps figures for others to see: only those of a whole, undisturbed bench.');
  return {
    chosen: values.list || isRenderingOnly ? [] : chosenOf(positionals),
    isList: values.list,
    isJson: values.json,
    isWriting: values.write,
    settings: {
      size: values.short ? 'short' : 'full',
      ...(values.rounds ? { rounds: wholeNumber('rounds', values.rounds) } : {}),
      ...(values.concurrency ? { concurrency: wholeNumber('concurrency', values.concurrency) } : {}),
      ...(values.only ? { only: values.only } : {}),
      ...(values.prof ? { profileFolder } : {}),
    },
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw misused((error as Error).message);
  }
}

function chosenOf(names: readonly string[]): readonly Bench[] {
  if (names.length === 0) throw misused('Which bench?');
  if (names.includes('all')) return benches;
  return names.map((name) => {
    const bench = benches.find((each) => each.name === name);
    if (!bench) throw misused(`There is no bench ${name}.`);
    return bench;
  });
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw misused(`--${option} takes a whole number from 1, not ${text}.`);
}

function misused(problem: string): Error {
  const names = benches.map(({ name }) => name).join(', ');
  return new Error(`${problem}\nUsage: ${USAGE}\nBenches: ${names}`);
}
