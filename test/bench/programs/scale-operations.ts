// Times what a hub asks of its store, call by call, on a database with many deliveries in it.
import { sequelizeStore } from '@hookline/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import { WEBHOOKS_PER_ACCOUNT } from '../scale/catalogue.js';
import type { Operations, OperationsConfig, OperationsOrder } from '../scale/messages.js';
import { readsOf } from '../scale/reads.js';
import { deliverBatch, EVENTS_EACH, type Measure, PRUNED_EACH, Pruning } from '../scale/writes.js';

const WARM_UP = { batches: 5, reads: 5 };

const { databaseUrl } = readConfig<OperationsConfig>();
const sequelize = new Sequelize(databaseUrl, { logging: false, pool: { max: 1 } });
const store = sequelizeStore(sequelize);
await store.open();
let times: Record<string, number[]> = {};
let eventNumber = process.pid * 1_000;

const measure: Measure = async (name, call) => {
  const startedAt = process.hrtime.bigint();
  const value = await call();
  times[name] ??= [];
  times[name].push(Number(process.hrtime.bigint() - startedAt) / 1e6);
  return value;
};

obey<OperationsOrder>(async ({ batches, reads, prunes }) => {
  await deliver(WARM_UP.batches);
  await read(WARM_UP.reads);
  times = {};
  const perDelivery = batches * EVENTS_EACH * WEBHOOKS_PER_ACCOUNT;
  const walPerDelivery = (await walOf(() => deliver(batches))) / perDelivery;
  await read(reads);
  const walPerPruned = (await walOf(() => prune(prunes))) / (prunes * PRUNED_EACH);
  return { times, walPerDelivery, walPerPruned } satisfies Operations;
});

process.once('SIGTERM', async () => {
  leave();
  await sequelize.close();
});

async function deliver(batches: number): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    await deliverBatch(store, measure, eventNumber);
    eventNumber += EVENTS_EACH;
  }
}

/** One of each in turn, so that nothing stays in the cache for the next of its kind alone. */
async function read(rounds: number): Promise<void> {
  const reads = Object.entries(readsOf(store));
  for (let round = 0; round < rounds; round++)
    for (const [name, call] of reads) {
      const rows = await measure(name, call);
      if (rows.length === 0) throw new Error(`${name} found nothing.`);
    }
}

/** Events after their deliveries: they stay as long as one of these. */
async function prune(batches: number): Promise<void> {
  const pruning = new Pruning(store, measure);
  for (let batch = 0; batch < batches; batch++) {
    await pruning.prune('deliveries', PRUNED_EACH);
    await pruning.prune('events', PRUNED_EACH / WEBHOOKS_PER_ACCOUNT);
  }
}

/** Bytes of write-ahead log that some work made; what others wrote meanwhile is among them. */
async function walOf(work: () => Promise<void>): Promise<number> {
  const before = await walPosition();
  await work();
  return (await walPosition()) - before;
}

async function walPosition(): Promise<number> {
  const [row] = await sequelize.query<{ bytes: string }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bytes`,
    { type: QueryTypes.SELECT },
  );
  return Number(row?.bytes);
}
