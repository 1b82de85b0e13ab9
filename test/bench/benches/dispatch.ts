import type { Bench, BenchContext, BenchOutcome, Measurement, Result, Target } from '../bench.ts';
import type { EmitOrder, Emitted, EmitterConfig, EmitterKind } from '../programs/dispatch-messages.ts';
import { type Contender, playRounds } from '../rounds.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { atLeast, ratioOf } from '../targets.ts';

const SIZES = {
  full: { warmUpMs: 700, ms: 1_500, rounds: 5 },
  short: { warmUpMs: 50, ms: 100, rounds: 1 },
};

interface Shape {
  readonly title: string;
  readonly listeners: number;
}

const SHAPES: readonly Shape[] = [
  { title: '10 listeners', listeners: 10 },
  { title: 'nobody listens', listeners: 0 },
];
const [HEARD, UNHEARD] = SHAPES.map(({ title }) => title);

const NAMES: Readonly<Record<EmitterKind, string>> = {
  'event-emitter': 'EventEmitter',
  eventemitter2: 'eventemitter2 emit',
  'eventemitter2-async': 'eventemitter2 emitAsync',
  emittery: 'emittery',
  'hookline-transient': 'hookline transient',
  'hookline-stored': 'hookline stored',
  function: 'empty async function',
};
const OURS = [NAMES['hookline-transient'], NAMES['hookline-stored']];
const PEERS = Object.values(NAMES).filter((name) => !OURS.includes(name));

export const dispatch: Bench = {
  name: 'dispatch',
  title:
    'Small events within one process, one after the other, each told to all its listeners and awaited where there is a promise.',
  run,
};

async function run(context: BenchContext): Promise<BenchOutcome> {
  const rounds = context.rounds ?? SIZES[context.size].rounds;
  const results = await playRounds(contendersOf(context), { ...context, rounds });
  return { rounds, results, ratios: ratiosOf(results), targets: targetsOf(results), notes: notesOf(context) };
}

function contendersOf(context: BenchContext): readonly Contender[] {
  const kinds = Object.keys(NAMES) as EmitterKind[];
  return SHAPES.flatMap(({ title, listeners }) =>
    kinds
      .filter((emitter) => listeners === 0 || emitter !== 'function')
      .map((emitter) => ({
        name: `${NAMES[emitter]}, ${title}`,
        measure: () => measure({ emitter, listeners }, context),
      })),
  );
}

async function measure(config: EmitterConfig, { size, profileFolder }: BenchContext): Promise<Measurement> {
  const { warmUpMs, ms } = SIZES[size];
  const program = await startProgram<EmitOrder>(config.emitter, 'dispatch-process', config, {
    profileFolder,
  });
  try {
    await program.ask<Emitted>({ kind: 'emit', ms: warmUpMs });
    const emitted = await program.ask<Emitted>({ kind: 'emit', ms });
    checkHeard(config, emitted);
    const { count, tookMs, cpuMs, memoryMiB } = emitted;
    return { perSec: (count / tookMs) * 1_000, cpuMsPer1000: (cpuMs / count) * 1_000, memoryMiB };
  } finally {
    await endProgram(program);
  }
}

/** A figure counts only where every listener heard of everything. */
function checkHeard({ emitter, listeners }: EmitterConfig, { count, heard }: Emitted): void {
  if (heard === count * listeners) return;
  throw new Error(`${emitter}: ${listeners} listeners heard ${heard} times of ${count} events`);
}

function ratiosOf(results: readonly Result[]): Readonly<Record<string, number>> {
  const pairs = OURS.flatMap((mine) => PEERS.map((peer) => [mine, peer] as const));
  const ratios = SHAPES.flatMap(({ title }) =>
    pairs.map(([mine, peer]): [string, number | null] => [
      `${title}: ${mine} / ${peer}`,
      ratioOf(results, 'perSec', `${mine}, ${title}`, `${peer}, ${title}`),
    ]),
  );
  return Object.fromEntries(ratios.filter((ratio): ratio is [string, number] => ratio[1] !== null));
}

function targetsOf(results: readonly Result[]): readonly Target[] {
  const toEmittery = (ours: string, shape: string | undefined) =>
    ratioOf(results, 'perSec', `${ours}, ${shape}`, `${NAMES.emittery}, ${shape}`);
  const ours = ['hookline-transient', 'hookline-stored'] as const;
  const toNothing = ratioOf(
    results,
    'perSec',
    `${NAMES['hookline-transient']}, ${UNHEARD}`,
    `${NAMES.function}, ${UNHEARD}`,
  );
  return [
    ...[HEARD, UNHEARD].flatMap((shape) =>
      ours.flatMap((kind) => {
        const title = `${shape}: ${NAMES[kind]} / emittery, both awaited`;
        return atLeast(title, 1, toEmittery(NAMES[kind], shape));
      }),
    ),
    ...atLeast(
      `${UNHEARD}: no cost: ${NAMES['hookline-transient']} / ${NAMES.function}, both awaited`,
      1,
      toNothing,
    ),
  ];
}

function notesOf({ size }: BenchContext): readonly string[] {
  const { warmUpMs, ms } = SIZES[size];
  return [
    `Each round in a fresh process: ${warmUpMs / 1_000} s to warm up, then ${ms / 1_000} s that count. Each event is a new object of three fields, each listener a function that reads one of them. One at a time: the next is told when all have heard of the last.`,
    '`EventEmitter` (of Node) and `eventemitter2 emit` are the limit: they call functions with what they are given. They answer no promise, so nothing is awaited; a listener that throws takes the others and the caller with it.',
    '`emittery`, `eventemitter2 emitAsync` and `hookline` are awaited. Of these Hookline alone hands on a frozen copy with id, timestamp, account and cause, checks type and size, and keeps a listener that fails from the others.',
    '`hookline transient`: an event type declared with `{ transient: true }`, which is stored nowhere. `hookline stored`: one that webhooks may have; it is stored in memory, heard, fanned out and marked as such, and the newest 100,000 are kept.',
    '`empty async function`, awaited: what telling nobody costs at the least.',
  ];
}
