import type { Bench, BenchOutcome, Measurement } from '../bench.ts';
import type { Arrival, Commit, CrowdConfig, CrowdOrder } from '../programs/messages.ts';
import { type Contender, playRounds } from '../rounds.ts';
import { onStage, type Stage } from '../stage.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { percentile } from '../statistics.ts';
import { atMost, ratioOf } from '../targets.ts';

const WEBHOOKS = 100;
const PER_SEC = 300;
/** Twice the deadline of an attempt and more: those that hang have come to it, and are attempted again. */
const SIZES = {
  full: { seconds: 30, warmUpSeconds: 3, rounds: 3 },
  short: { seconds: 0.7, warmUpSeconds: 0.3, rounds: 1 },
};
const PATIENCE_MS = 30_000;
const POLL_MS = 100;

const WELL = 'all well';
const BAD = '10 hang, 5 answer 500';
const CROWDS = { [WELL]: { hanging: 0, failing: 0 }, [BAD]: { hanging: 10, failing: 5 } };

/** What the bad ones may cost the others. */
const MAX_RATIO = 1.5;

export const isolation: Bench = {
  name: 'isolation',
  title: `${WEBHOOKS} webhooks, ${PER_SEC} deliveries a second: from the dispatch until the head of the request is at the receiver, for 85 webhooks that are well, whether the other 15 are or not.`,
  run: (context) => onStage(context, run),
};

async function run(stage: Stage): Promise<BenchOutcome> {
  const { context, servers } = stage;
  const { seconds, rounds: usual } = SIZES[context.size];
  const rounds = context.rounds ?? usual;
  const contenders = Object.entries(CROWDS).map(
    ([name, crowd]): Contender => ({ name, measure: () => measure(name, crowd, stage) }),
  );
  const results = await playRounds(contenders, { ...context, rounds });
  const ratios = (['p50', 'p95', 'p99'] as const).map((share) => [
    `${share}: ${BAD} / ${WELL}`,
    ratioOf(results, share, BAD, WELL),
  ]);
  return {
    rounds,
    results,
    ratios: Object.fromEntries(ratios.filter(([, ratio]) => ratio !== null)),
    targets: atMost(`p99: ${BAD} / ${WELL}`, MAX_RATIO, ratioOf(results, 'p99', BAD, WELL)),
    notes: [
      `Events begin at the instants of a Poisson process, the same in every run, for ${seconds} s after a warm-up, each for one webhook, in turn. One process with all roles, without Redis; options as they come, but for the address of the receiver, which must be allowed.`,
      'Those that hang get no answer until the deadline of 10 s; those that fail are answered 500 at once. Retries come by the standard schedule.',
      'Only deliveries of the 85 webhooks that are well in both runs are counted.',
    ],
    versions: servers.versions,
  };
}

async function measure(
  name: string,
  crowd: Pick<CrowdConfig, 'hanging' | 'failing'>,
  stage: Stage,
): Promise<Measurement> {
  const { context, servers, receiver } = stage;
  const { seconds, warmUpSeconds } = SIZES[context.size];
  const database = await servers.prepare();
  const receiverUrl = await receiver.ask<string>({ kind: 'reset' });
  const config: CrowdConfig = { databaseUrl: database.url, receiverUrl, webhooks: WEBHOOKS, ...crowd };
  const program = await startProgram<CrowdOrder>(name, 'crowd-process', config, context);
  try {
    await send(program, stage, warmUpSeconds);
    return summary(await send(program, stage, seconds));
  } finally {
    await endProgram(program);
    if (program.log) context.note(program.log);
    await database.drop();
  }
}

/** How long each event took that was for a webhook that is well, in milliseconds. */
async function send(
  program: Awaited<ReturnType<typeof startProgram<CrowdOrder>>>,
  { receiver }: Stage,
  seconds: number,
): Promise<readonly number[]> {
  const events = Math.round((PER_SEC * seconds) / WEBHOOKS) * WEBHOOKS;
  const sent = await program.ask<readonly Commit[]>({ kind: 'send', events, perSec: PER_SEC });
  const patientUntil = Date.now() + PATIENCE_MS;
  for (;;) {
    const arrivals = new Map(await receiver.ask<readonly Arrival[]>({ kind: 'times' }));
    const times = sent.map(([id, at]) => (arrivals.get(id) ?? Number.NaN) - at);
    if (!times.some(Number.isNaN)) return times;
    if (Date.now() > patientUntil) throw new Error('some deliveries to webhooks that are well did not come');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function summary(times: readonly number[]): Measurement {
  return {
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    max: percentile(times, 1),
  };
}
