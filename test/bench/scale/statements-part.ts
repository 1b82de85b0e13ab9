import type { DeliveryRecord, EventRecord, Store } from '@hookline/core';
import { sequelizeStore } from '@hookline/sequelize';
import { Sequelize } from 'sequelize';
import type { Measurement } from '../bench.ts';
import { type Contender, playRounds } from '../rounds.ts';
import type { Servers } from '../servers.ts';
import { median } from '../statistics.ts';
import { freshDatabase } from './fresh-database.ts';
import { newId } from './new-id.ts';
import type { Part } from './part.ts';
import { makeDelivery, makeEvent, makeResult } from './records.ts';
import { serverCpuPer1000 } from './server-cpu.ts';

const SIZES = {
  full: { rows: [1, 10, 100], statements: 400, rounds: 3 },
  short: { rows: [1, 10], statements: 5, rounds: 1 },
};
const STEPS = ['insert', 'fan-out', 'settle'] as const;
const LEASE_MS = 60_000;
const WEBHOOK = 'wh_01hq0000000000000000000001';

type Step = (typeof STEPS)[number];

/** What a statement costs Postgres by itself, and what each row adds: what the simulation of `docs/scaling.md` knows. */
export const statementsPart: Part = {
  name: 'statements',
  run: async (servers, context) => {
    const { rows, statements, rounds: usual } = SIZES[context.size];
    const contenders = STEPS.flatMap((step) =>
      rows.map(
        (count): Contender => ({
          name: `statements, ${step}, ${count} ${count === 1 ? 'row' : 'rows'}`,
          measure: () => measure(servers, step, count, statements),
        }),
      ),
    );
    const results = await playRounds(contenders, { ...context, rounds: context.rounds ?? usual });
    return { results, ratios: {}, targets: [], notes: NOTES };
  },
};

/** One statement after the other on one connection, each with so many rows; the steps before it are not measured. */
async function measure(servers: Servers, step: Step, rows: number, statements: number): Promise<Measurement> {
  const database = await freshDatabase(servers, async () => {});
  const sequelize = new Sequelize(database.url, { logging: false, pool: { max: 1 } });
  const store = sequelizeStore(sequelize);
  try {
    const batches = Array.from({ length: statements }, (_, index) => makeBatch(index * rows, rows));
    const calls: (() => Promise<unknown>)[] = [];
    for (const batch of batches) calls.push(await prepare(store, step, batch));
    const before = await servers.cpu();
    const times = await timeAll(calls);
    const after = await servers.cpu();
    const { postgresCpuMsPer1000 } = serverCpuPer1000(before, after, statements);
    return { p50: median(times), ...(postgresCpuMsPer1000 === undefined ? {} : { postgresCpuMsPer1000 }) };
  } finally {
    await sequelize.close();
    await database.drop();
  }
}

interface Batch {
  readonly events: readonly EventRecord[];
  readonly deliveries: readonly DeliveryRecord[];
}

function makeBatch(first: number, rows: number): Batch {
  const events = Array.from({ length: rows }, (_, index) => makeEvent(first + index));
  return { events, deliveries: events.map((event) => makeDelivery(event, WEBHOOK)) };
}

/** Does what comes before the step, and answers the call that does it. */
async function prepare(
  store: Store,
  step: Step,
  { events, deliveries }: Batch,
): Promise<() => Promise<unknown>> {
  const leasedUntil = Date.now() + LEASE_MS;
  const lease = newId('lse');
  const insert = () => store.events.insert(events, { leasedUntil });
  const fanOut = () =>
    store.events.settle({
      eventIds: events.map(({ id }) => id),
      deliveries: deliveries.map((delivery) => ({ ...delivery, lease })),
      runs: [],
      leasedUntil,
      webhookVersion: '0',
    });
  const results = deliveries.map((delivery) =>
    makeResult(
      { delivery, payload: '', headers: null, depth: 0, order: null, webhook: null },
      lease,
      'delivered',
    ),
  );
  if (step === 'insert') return insert;
  await insert();
  if (step === 'fan-out') return fanOut;
  await fanOut();
  return () => store.deliveries.settle(results);
}

async function timeAll(calls: readonly (() => Promise<unknown>)[]): Promise<readonly number[]> {
  const times: number[] = [];
  for (const call of calls) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return times;
}

const NOTES = [
  'statements: insert, fan-out and settle are the three writes of a delivery that goes well, one event to one webhook. CPU is per 1,000 statements.',
];
