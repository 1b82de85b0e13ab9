import type { Bench, BenchOutcome } from '../bench.ts';
import { type Contender, playRounds } from '../rounds.ts';
import { onStage, type Stage } from '../stage.ts';
import { measureWrite } from './measure-write.ts';
import { ENTRANTS, resultName, SHAPES, type Shape } from './write-entrants.ts';
import { writeNotes, writeRatios, writeTargets } from './write-outcome.ts';

const SIZES = {
  full: { create: { calls: 3_000, warmUp: 500 }, bulk: { calls: 20, warmUp: 3 }, rounds: 5 },
  short: { create: { calls: 40, warmUp: 20 }, bulk: { calls: 1, warmUp: 1 }, rounds: 1 },
};

export const write: Bench = {
  name: 'write',
  title:
    'What a write costs that is told of: `create()` of one row without events, with hook capture and with trigger capture, and bulk calls.',
  run: (context) => onStage(context, run),
};

async function run(stage: Stage): Promise<BenchOutcome> {
  const { context, servers } = stage;
  const size = SIZES[context.size];
  const rounds = context.rounds ?? size.rounds;
  const results = await playRounds(contendersOf(stage), { ...context, rounds });
  return {
    rounds,
    results,
    ratios: writeRatios(results),
    targets: writeTargets(results),
    notes: writeNotes({ creates: size.create.calls, bulks: size.bulk.calls }),
    versions: servers.versions,
  };
}

function contendersOf(stage: Stage): readonly Contender[] {
  return SHAPES.flatMap((shape) =>
    ENTRANTS.filter(({ shapes }) => shapes.includes(shape)).map((entrant) => ({
      name: resultName(entrant, shape),
      measure: () => measureWrite({ entrant, shape, ...sizeOf(shape, stage) }, stage),
    })),
  );
}

function sizeOf({ kind }: Shape, { context }: Stage) {
  const { create, bulk } = SIZES[context.size];
  return kind === 'create' ? create : bulk;
}
