import type { Bench, BenchOutcome } from '../bench.ts';
import { type Contender, playRounds } from '../rounds.ts';
import { onStage, type Stage } from '../stage.ts';
import { APPS, PAIRS, verifierName } from './inbound-entrants.ts';
import { inboundNotes, inboundRatios, inboundTargets } from './inbound-outcome.ts';
import { measureApp, measureVerifier } from './measure-inbound.ts';

const LANES = 50;
const SIZES = {
  full: {
    rounds: 5,
    plain: { requests: 40_000, warmUp: 10_000 },
    stored: { requests: 20_000, warmUp: 5_000 },
    verifier: { warmUpMs: 700, ms: 1_500 },
  },
  short: {
    rounds: 1,
    plain: { requests: 200, warmUp: 100 },
    stored: { requests: 200, warmUp: 100 },
    verifier: { warmUpMs: 50, ms: 100 },
  },
};

export const inbound: Bench = {
  name: 'inbound',
  title:
    'Signed requests taken in by an Express app: verified only, or stored once each before the answer; and what one verification takes.',
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
    ratios: inboundRatios(results),
    targets: inboundTargets(results),
    notes: inboundNotes({ lanes: LANES, ms: size.verifier.ms }),
    versions: servers.versions,
  };
}

function contendersOf(stage: Stage): readonly Contender[] {
  const { plain, stored, verifier: times } = SIZES[stage.context.size];
  const apps = APPS.map((entrant) => ({
    name: entrant.name,
    measure: () =>
      measureApp({ entrant, lanes: LANES, ...(entrant.tables === null ? plain : stored) }, stage),
  }));
  const verifiers = PAIRS.flat().map((verifier) => ({
    name: verifierName(verifier),
    measure: () => measureVerifier(verifier, times, stage),
  }));
  return [...apps, ...verifiers];
}
