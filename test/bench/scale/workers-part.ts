import { createHub } from '@hookline/core';
import { sequelizeStore } from '@hookline/sequelize';
import { Sequelize } from 'sequelize';
import type { Program } from '../../faults/program.ts';
import type { Measurement } from '../bench.ts';
import { inLanes } from '../programs/in-lanes.ts';
import { IN_FLIGHT, type Received, type ReceiverOrder } from '../programs/messages.ts';
import { orderOf } from '../programs/order.ts';
import { type Contender, playRounds } from '../rounds.ts';
import type { Servers } from '../servers.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { ratioOf } from '../targets.ts';
import { freshDatabase } from './fresh-database.ts';
import type { HubConfig, HubOrder, Usage } from './messages.ts';
import type { Part } from './part.ts';
import { serverCpuPer1000 } from './server-cpu.ts';
import { aWebhook } from './webhook.ts';

const SIZES = {
  full: { events: 8_000, processes: [1, 2, 4], places: [10, 100], rounds: 3 },
  short: { events: 200, processes: [1, 2], places: [10], rounds: 1 },
};
const ANSWER_MS = 20;
const ACCOUNT = '1';

interface Shape {
  readonly processes: number;
  readonly places: number;
}

interface Trial {
  readonly servers: Servers;
  readonly receiver: Program<ReceiverOrder>;
  readonly events: number;
}

/** How one backlog spreads over worker processes that share a Postgres and a Redis. */
export const workersPart: Part = {
  name: 'workers',
  run: async (servers, context) => {
    const { events, processes, places, rounds: usual } = SIZES[context.size];
    const receiver = await startProgram<ReceiverOrder>('receiver', 'receiver', { delayMs: ANSWER_MS });
    const shapes = places.flatMap((each) => processes.map((count) => ({ processes: count, places: each })));
    const contenders = shapes.map(
      (shape): Contender => ({
        name: nameOf(shape),
        measure: () => measure(shape, { servers, receiver, events }),
      }),
    );
    const results = await playRounds(contenders, { ...context, rounds: context.rounds ?? usual });
    await receiver.kill();
    const ratios = shapes.flatMap((shape): readonly (readonly [string, number])[] => {
      const ratio = ratioOf(results, 'perSec', nameOf(shape), nameOf({ ...shape, processes: 1 }));
      return shape.processes === 1 || ratio === null ? [] : [[`${nameOf(shape)} to 1`, ratio]];
    });
    return { results, ratios: Object.fromEntries(ratios), targets: [], notes: [noteOf(events)] };
  },
};

/** From the start of the workers, which find all events in the outbox, to the last receipt. */
async function measure(shape: Shape, trial: Trial): Promise<Measurement> {
  const { servers, receiver, events } = trial;
  const url = await receiver.ask<string>({ kind: 'reset' });
  const database = await freshDatabase(servers, async ({ store }) => {
    await store.webhooks.insert(aWebhook(url, ACCOUNT));
  });
  await dispatch(database.url, events);
  const workers = await startWorkers(shape, { databaseUrl: database.url, redisUrl: servers.redisUrl });
  try {
    const serversBefore = await servers.cpu();
    const before = await Promise.all(workers.map((worker) => worker.ask<Usage>({ kind: 'usage' })));
    await Promise.all(workers.map((worker) => worker.ask<Usage>({ kind: 'start' })));
    const received = await receiver.ask<Received>({ kind: 'await', distinct: events });
    const after = await Promise.all(workers.map((worker) => worker.ask<Usage>({ kind: 'usage' })));
    const serversAfter = await servers.cpu();
    if (received.requests > events) throw new Error(`${received.requests} requests for ${events} deliveries`);
    const startedAt = Math.min(...before.map(({ at }) => at));
    return {
      perSec: (events / (received.lastAt - startedAt)) * 1_000,
      cpuMsPer1000: ((cpuOf(after) - cpuOf(before)) / events) * 1_000,
      ...serverCpuPer1000(serversBefore, serversAfter, events),
      memoryMiB: Math.max(...after.map(({ memoryMiB }) => memoryMiB)),
    };
  } finally {
    for (const worker of workers) await endProgram(worker);
    await database.drop();
  }
}

function startWorkers(
  { processes, places }: Shape,
  urls: Pick<HubConfig, 'databaseUrl' | 'redisUrl'>,
): Promise<readonly Program<HubOrder>[]> {
  const config: HubConfig = { ...urls, roles: ['relay', 'worker'], concurrency: places };
  const numbers = Array.from({ length: processes }, (_, index) => index + 1);
  return Promise.all(
    numbers.map((number) => startProgram<HubOrder>(`worker ${number}`, 'scale-hub', config)),
  );
}

/** As a web process does that leaves the rest to others. */
async function dispatch(url: string, events: number): Promise<void> {
  const sequelize = new Sequelize(url, { logging: false });
  const hub = createHub({ store: sequelizeStore(sequelize), roles: ['web'] });
  await inLanes(events, IN_FLIGHT, (index) =>
    hub.dispatch('order.paid', orderOf(index), { account: ACCOUNT }),
  );
  await hub.close();
  await sequelize.close();
}

function cpuOf(usages: readonly Usage[]): number {
  return usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

function nameOf({ processes, places }: Shape): string {
  return `workers, ${places} places each, ${processes} ${processes === 1 ? 'process' : 'processes'}`;
}

function noteOf(events: number): string {
  return `workers: ${events.toLocaleString('en')} events with 1 KB of payload wait in the outbox; each process relays and works, through Postgres and Redis; the receiver answers after ${ANSWER_MS} ms, so 10 places can do 500 deliveries/s at most, and 100 places 5,000. All on the cores of one machine, the servers and the receiver too.`;
}
