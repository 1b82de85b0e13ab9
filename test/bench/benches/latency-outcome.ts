import type { Result, Target } from '../bench.ts';
import { atMost, ratioOf } from '../targets.ts';

const SHARES = ['p50', 'p95', 'p99'] as const;
type Limits = Readonly<Record<(typeof SHARES)[number], number>>;
const RATES = [50, 200];
const PEER = 'bull-undici';

/** In milliseconds. */
const LIMITS: Readonly<Record<string, Limits>> = {
  'one process, without Redis': { p50: 1.5, p95: 3, p99: 6 },
  'one process, Bull': { p50: 3, p95: 5, p99: 8 },
  'two processes, Bull': { p50: 3, p95: 5, p99: 8 },
};
const CASES = Object.entries(LIMITS).flatMap(([topology, limits]) =>
  RATES.flatMap((rate) => SHARES.map((share) => ({ topology, rate, share, limit: limits[share] }))),
);

export function latencyTargets(results: readonly Result[]): readonly Target[] {
  return CASES.flatMap(({ topology, rate, share, limit }) => {
    const result = results.find(({ name }) => name === `${topology}, ${rate}/s`);
    return atMost(`${share} in ms, ${rate}/s: ${topology}`, limit, result?.[share]);
  });
}

export function latencyRatios(results: readonly Result[]): Readonly<Record<string, number>> {
  const ratios = CASES.map(({ topology, rate, share }) => [
    `${share}, ${rate}/s: ${topology} / ${PEER}`,
    ratioOf(results, share, `${topology}, ${rate}/s`, `${PEER}, ${rate}/s`),
  ]);
  return Object.fromEntries(ratios.filter(([, ratio]) => ratio !== null));
}

export function latencyNotes(seconds: Readonly<Record<number, number>>): readonly string[] {
  const lengths = RATES.map((rate) => `${seconds[rate]} s at ${rate}/s`).join(', ');
  return [
    `Each transaction writes one row of a Sequelize model and dispatches one event. Transactions begin at the instants of a Poisson process, the same in every run, and do not wait for each other: ${lengths}, in each round, in fresh processes that were warmed up.`,
    "The commit is the instant at which the app has read the database's answer to COMMIT, taken in the transaction's first after-commit hook; the receipt is the instant at which a receiver in another process has read the head of the request. Both on the clock that all processes of a machine share.",
    'Of each round come p50, p95, p99 and the maximum; shown is their median over the rounds.',
    '`one process`: an app with all roles. `two processes`: one with the roles `web` and `relay`, one with the role `worker`. Options as they come, but for the address of the receiver, which must be allowed. Event, delivery and attempt are stored.',
    '`bull-undici`, written by hand: after the commit a job is added to Bull, and a worker in the same process signs and posts. Nothing is stored of events and attempts, and an event is lost where the process dies between the commit and the job.',
    'Postgres and Redis run with the settings they come with; every COMMIT waits for the disk.',
  ];
}
