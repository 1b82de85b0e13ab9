import type { Program } from '../../faults/program.ts';
import type { Bench, BenchOutcome, Measurement } from '../bench.ts';
import type { Arrival, Commit, ShopConfig, ShopOrder } from '../programs/messages.ts';
import { type Contender, playRounds } from '../rounds.ts';
import type { Database } from '../servers.ts';
import { onStage, type Stage } from '../stage.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { percentile } from '../statistics.ts';
import { latencyNotes, latencyRatios, latencyTargets } from './latency-outcome.ts';

const RATES = [50, 200] as const;
type Rate = (typeof RATES)[number];

const SIZES = {
  full: { seconds: { 50: 10, 200: 6 }, warmUp: 200, rounds: 3 },
  short: { seconds: { 50: 0.5, 200: 0.2 }, warmUp: 20, rounds: 1 },
};
const WARM_UP_PER_SEC = 100;
const PATIENCE_MS = 60_000;
/** Attempts at once of the peer; it never needs more than a few. */
const CONCURRENCY = 50;

interface Topology {
  readonly name: string;
  readonly shop: ShopConfig['shop'];
  readonly redis: boolean;
  /** Another process delivers. */
  readonly isSplit: boolean;
}

const TOPOLOGIES: readonly Topology[] = [
  { name: 'one process, without Redis', shop: 'hookline', redis: false, isSplit: false },
  { name: 'one process, Bull', shop: 'hookline', redis: true, isSplit: false },
  { name: 'two processes, Bull', shop: 'hookline', redis: true, isSplit: true },
  { name: 'bull-undici', shop: 'bull-undici', redis: true, isSplit: false },
];

export const latency: Bench = {
  name: 'latency',
  title:
    'Transactions with one business row and one event of 1 KB, 50 and 200 a second: from the commit until the head of the request is at the receiver.',
  run: (context) => onStage(context, run),
};

async function run(stage: Stage): Promise<BenchOutcome> {
  const { context, servers } = stage;
  const rounds = context.rounds ?? SIZES[context.size].rounds;
  const contenders = TOPOLOGIES.flatMap((topology) =>
    RATES.map((rate) => contenderOf(topology, rate, stage)),
  );
  const results = await playRounds(contenders, { ...context, rounds });
  return {
    rounds,
    results,
    ratios: latencyRatios(results),
    targets: latencyTargets(results),
    notes: latencyNotes(SIZES[context.size].seconds),
    versions: servers.versions,
  };
}

function contenderOf(topology: Topology, rate: Rate, stage: Stage): Contender {
  return { name: `${topology.name}, ${rate}/s`, measure: () => measure(topology, rate, stage) };
}

async function measure(topology: Topology, rate: Rate, stage: Stage): Promise<Measurement> {
  const { context, servers } = stage;
  const { seconds, warmUp } = SIZES[context.size];
  const database = await servers.prepare();
  const programs: Program<ShopOrder>[] = [];
  try {
    const config = await configOf(topology, stage, database);
    const shop = await startProgram<ShopOrder>(topology.name, 'shop-process', config, context);
    programs.push(shop);
    if (topology.isSplit) programs.push(await startProgram('worker', 'worker-process', config, context));
    await trade(shop, stage, { transactions: warmUp, perSec: WARM_UP_PER_SEC });
    return summary(await trade(shop, stage, { transactions: rate * seconds[rate], perSec: rate }));
  } finally {
    for (const program of programs) {
      await endProgram(program);
      if (program.log) context.note(program.log);
    }
    await database.drop();
  }
}

async function configOf(
  { shop, redis, isSplit }: Topology,
  { context, servers, receiver }: Stage,
  database: Database,
): Promise<ShopConfig> {
  return {
    shop,
    databaseUrl: database.url,
    receiverUrl: await receiver.ask<string>({ kind: 'reset' }),
    concurrency: context.concurrency ?? CONCURRENCY,
    ...(redis ? { redisUrl: servers.redisUrl } : {}),
    ...(isSplit ? { roles: ['web', 'relay'] } : {}),
  };
}

/** How long each event took, in milliseconds. */
async function trade(
  shop: Program<ShopOrder>,
  { receiver }: Stage,
  pace: Omit<ShopOrder, 'kind'>,
): Promise<readonly number[]> {
  await receiver.ask({ kind: 'reset' });
  const [commits] = await Promise.all([
    shop.ask<readonly Commit[]>({ kind: 'trade', ...pace }),
    receiver.ask({ kind: 'await', distinct: pace.transactions, patienceMs: PATIENCE_MS }),
  ]);
  const arrivals = new Map(await receiver.ask<readonly Arrival[]>({ kind: 'times' }));
  return commits.map(([webhookId, at]) => (arrivals.get(webhookId) ?? Number.NaN) - at);
}

function summary(times: readonly number[]): Measurement {
  if (times.some(Number.isNaN)) throw new Error('an event was received under another id than its own');
  return {
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    max: percentile(times, 1),
  };
}
