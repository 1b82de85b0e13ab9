import type { Bench, BenchContext, BenchOutcome } from '../bench.ts';
import { type Contender, playRounds } from '../rounds.ts';
import { onStage, type Stage } from '../stage.ts';
import { ENTRANTS, type Entrant, SHAPES, type Shape } from './delivery-entrants.ts';
import { deliveryNotes, deliveryRatios, deliveryTargets } from './delivery-outcome.ts';
import { measureDelivery } from './measure-delivery.ts';
import { type Concurrencies, tunePeers } from './tune-peers.ts';

const SIZES = {
  full: { deliveries: 20_000, warmUp: 2_000, rounds: 3 },
  short: { deliveries: 200, warmUp: 100, rounds: 1 },
};

export const delivery: Bench = {
  name: 'delivery',
  title:
    'Events of 1 KB, dispatched as fast as they are taken: from just before the first dispatch until the last receipt and, where anything is stored, until all is stored.',
  run: (context) => onStage(context, run),
};

async function run(stage: Stage): Promise<BenchOutcome> {
  const { context, servers } = stage;
  const rounds = context.rounds ?? SIZES[context.size].rounds;
  const concurrencies = await tunePeers(stage);
  const results = await playRounds(contendersOf(stage, concurrencies), { ...context, rounds });
  return {
    rounds,
    results,
    ratios: deliveryRatios(results),
    targets: deliveryTargets(results),
    notes: [...deliveryNotes(SIZES[context.size]), concurrencies.note],
    versions: servers.versions,
  };
}

function contendersOf(stage: Stage, concurrencies: Concurrencies): readonly Contender[] {
  return SHAPES.flatMap((shape) =>
    ENTRANTS.map((entrant) => ({
      name: `${entrant.name}, ${shape.title}`,
      measure: () => measureDelivery(trialOf(entrant, shape, stage.context, concurrencies), stage),
    })),
  );
}

function trialOf(entrant: Entrant, shape: Shape, { size }: BenchContext, concurrencies: Concurrencies) {
  const { deliveries, warmUp } = SIZES[size];
  return { entrant, shape, deliveries, warmUp, concurrency: concurrencies.of(entrant) };
}
