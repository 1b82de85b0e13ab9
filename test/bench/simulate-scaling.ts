// node --import tsx test/bench/simulate-scaling.ts: the tables of docs/scaling.md that are simulated, as Markdown. The
// same on every machine and in every run.
import { placesNeeded, type Receivers, simulatePlaces } from './simulation/places.ts';
import { type StatementCost, simulateWrites } from './simulation/writes.ts';

/** Of `npm run bench -- scale --only statements`: the CPU of Postgres, of a statement with 1 row and with 100. */
const STEPS: readonly StatementCost[] = [
  { name: 'insert', perStatementMs: 0.29, perRowMs: 0.011, maxRows: 500 },
  { name: 'fan-out', perStatementMs: 0.61, perRowMs: 0.017, maxRows: 200 },
  { name: 'settle', perStatementMs: 0.61, perRowMs: 0.011, maxRows: 200 },
];

const SEED = 1;
/** The defaults of Hookline. */
const TIMEOUT_MS = 10_000;
const PLACES_PER_PROCESS = 100;
const MAX_WAIT_MS = 100;

const ordinary = { medianMs: 60, p99Ms: 1_000 };
const RECEIVERS: readonly Receivers[] = [
  { name: 'near: median 20 ms, p99 100 ms', medianMs: 20, p99Ms: 100, hanging: 0 },
  { name: 'ordinary: median 60 ms, p99 1 s', ...ordinary, hanging: 0 },
  { name: 'ordinary, and 1 attempt in 100 hangs', ...ordinary, hanging: 0.01 },
  { name: 'ordinary, and 1 attempt in 10 hangs', ...ordinary, hanging: 0.1 },
];
/** The trip is what makes it agree with `npm run bench -- scale --only pace`. */
const POSTGRES = { cores: 16, fsyncMs: 0.5, tripMs: 2, durationMs: 4_000 };
const RATES = [500, 5_000, 50_000];

const print = (line = '') => process.stdout.write(`${line}\n`);
const whole = (value: number) => Math.round(value).toLocaleString('en');
const ms = (value: number) => (value < 10 ? value.toFixed(1) : whole(value));

print('## Processes that a rate needs');
print();
print('| receivers | attempts/s | places in use | processes | waits at most, of 99 in 100 |');
print('|---|---:|---:|---:|---:|');
for (const receivers of RECEIVERS)
  for (const perSec of RATES) {
    const question = { receivers, perSec, timeoutMs: TIMEOUT_MS, durationMs: 40_000, seed: SEED };
    const { places, answer } = placesNeeded(question, { maxWaitMs: MAX_WAIT_MS, step: PLACES_PER_PROCESS });
    const cells = [receivers.name, whole(perSec), whole(answer.busy), whole(places / PLACES_PER_PROCESS)];
    print(`| ${[...cells, `${ms(answer.waitP99Ms)} ms`].join(' | ')} |`);
  }

print();
print('## Receivers that begin to hang: 5,000 attempts/s, after one minute of it');
print();
print('| processes | none hang | 1 in 1,000 | 1 in 100 | 1 in 20 |');
print('|---:|---:|---:|---:|---:|');
for (const processes of [7, 10, 20, 40]) {
  const waits = [0, 0.001, 0.01, 0.05].map((hanging) => {
    const receivers = { name: '', ...ordinary, hanging };
    const question = { receivers, perSec: 5_000, timeoutMs: TIMEOUT_MS, durationMs: 70_000, seed: SEED };
    return simulatePlaces(question, processes * PLACES_PER_PROCESS).waitP99Ms;
  });
  print(`| ${processes} | ${waits.map((wait) => `${ms(wait)} ms`).join(' | ')} |`);
}

print();
print('## Writes in groups: what Postgres does with a rate, 16 cores, fsync in 0.5 ms');
print();
print(
  '| deliveries/s | processes | rows in a statement | statements/s | flushes/s | cores in use | three writes, p50 | p99 |',
);
print('|---:|---:|---:|---:|---:|---:|---:|---:|');
const LOADS = [
  [100, 1],
  [500, 1],
  [1_000, 1],
  [2_000, 1],
  [3_000, 1],
  [5_000, 2],
  [5_000, 8],
  [5_000, 30],
  [50_000, 20],
  [50_000, 70],
  [200_000, 80],
  [200_000, 280],
  [400_000, 100],
] as const;
for (const [perSec, processes] of LOADS) {
  const answer = simulateWrites({ perSec, processes, ...POSTGRES, steps: STEPS, seed: SEED });
  const { p50Ms, p99Ms, keepsUp } = answer;
  const times = keepsUp ? [`${ms(p50Ms)} ms`, `${ms(p99Ms)} ms`] : ['grows', 'grows'];
  const rates = [answer.statementsPerSec, answer.flushesPerSec].map(whole);
  const cores = (Math.min(1, answer.busy) * POSTGRES.cores).toFixed(1);
  const load = [perSec, processes].map(whole);
  print(`| ${[...load, ms(answer.rowsPerStatement), ...rates, cores, ...times].join(' | ')} |`);
}
