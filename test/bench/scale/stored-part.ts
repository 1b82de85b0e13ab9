import type { Program } from '../../faults/program.ts';
import type { BenchContext, Measurement } from '../bench.ts';
import type { Database, Servers } from '../servers.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { median, percentile } from '../statistics.ts';
import { freshDatabase } from './fresh-database.ts';
import type { Operations, OperationsConfig, OperationsOrder } from './messages.ts';
import { isAsked, named, type Part } from './part.ts';
import { dayOf, divideByTime } from './partitions.ts';
import { seed, seedWebhooks } from './seed.ts';
import { nameOf, outcomeOf, type Size } from './stored-outcome.ts';
import { aWebhook } from './webhook.ts';

const SIZES: Record<BenchContext['size'], readonly Size[]> = {
  full: [
    { title: '10 thousand', deliveries: 10_000 },
    { title: '1 million', deliveries: 1_000_000 },
    { title: '10 million', deliveries: 10_000_000 },
    { title: '1 million by week', deliveries: 1_000_000, variant: 'by week' },
    { title: '1 million compressed', deliveries: 1_000_000, variant: 'compressed' },
  ],
  short: [
    { title: 'few', deliveries: 2_500 },
    { title: 'more', deliveries: 5_000 },
    { title: 'more by week', deliveries: 5_000, variant: 'by week' },
  ],
};
const ROUNDS = { full: 5, short: 1 };
const ORDER: Record<BenchContext['size'], OperationsOrder> = {
  full: { batches: 15, reads: 40, prunes: 4 },
  short: { batches: 4, reads: 3, prunes: 1 },
};
const DAY_MS = 24 * 60 * 60 * 1_000;
/** What is stored reaches back for thirty days. */
const WEEKS = { days: 7, partitions: 6 };
const FIRST_DAY_BEFORE = 35;
/** What is older is dropped at the end. */
const KEPT_DAYS = 21;

/** For every connection made from now on. */
const COMPRESS = `DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET wal_compression = on', current_database());
END $$`;

const SPACE = `SELECT (pg_database_size(current_database()) / 1048576)::int AS all, (
  SELECT (sum(pg_relation_size(indexrelid)) / 1048576)::int FROM pg_index JOIN pg_class AS part ON part.oid = indrelid
  WHERE part.relname ~ '^hookline_deliveries(_[f0-9]|$)'
) AS indices`;

interface Stored {
  readonly size: Size;
  readonly database: Database;
}

type Collected = Map<string, Measurement[]>;

/** What each operation of the store costs beside few and beside many rows that are of no concern to it. */
export const storedPart: Part = {
  name: 'stored',
  run: async (servers, context) => {
    const sizes = SIZES[context.size].filter(({ title }) => isAsked(context, `stored, ${title}`));
    const stored: Stored[] = [];
    for (const size of sizes) stored.push(await makeStored(servers, size, context));
    const collected: Collected = new Map();
    const rounds = context.rounds ?? ROUNDS[context.size];
    for (let round = 0; round < rounds; round++)
      for (const each of rotated(stored, round)) {
        context.note(`round ${round + 1} of ${rounds}: stored, ${each.size.title}`);
        collect(collected, each, await operate(each, ORDER[context.size]));
      }
    const notes = await Promise.all(stored.map(describe));
    for (const each of stored) if (each.size.variant === 'by week') await dropOldest(collected, each);
    for (const { database } of stored) await database.drop();
    return outcomeOf(collected, sizes, notes);
  },
};

async function makeStored(servers: Servers, size: Size, { note }: BenchContext): Promise<Stored> {
  note(`stored, ${size.title}`);
  const database = await freshDatabase(servers, async ({ store, connect }) => {
    const firstDay = daysAgo(FIRST_DAY_BEFORE);
    if (size.variant === 'by week') await divideByTime(connect(), { firstDay, ...WEEKS });
    if (size.variant === 'compressed') await connect().query(COMPRESS);
    await store.webhooks.insert(aWebhook('http://127.0.0.1:9/', 'model'));
    await seedWebhooks(connect());
    await seed(store, [connect(), connect()], size.deliveries, note);
  });
  return { size, database };
}

/** In a process of its own, one connection, nothing else going on. */
async function operate({ size, database }: Stored, order: OperationsOrder): Promise<Operations> {
  const config: OperationsConfig = { databaseUrl: database.url };
  const program: Program<OperationsOrder> = await startProgram(size.title, 'scale-operations', config);
  try {
    return await program.ask<Operations>(order);
  } finally {
    await endProgram(program);
  }
}

function collect(collected: Collected, { size }: Stored, operations: Operations): void {
  for (const [name, times] of Object.entries(operations.times))
    add(collected, nameOf(size, name), {
      p50: median(times),
      p95: percentile(times, 0.95),
      max: Math.max(...times),
    });
  add(collected, nameOf(size, 'a delivery'), { walBytesEach: operations.walPerDelivery });
  add(collected, nameOf(size, 'a pruned delivery'), { walBytesEach: operations.walPerPruned });
}

/** What retention costs where partitions are dropped in place of rows deleted one by one. */
async function dropOldest(collected: Collected, { size, database }: Stored): Promise<void> {
  const [rowsBefore, walBefore] = [await countDeliveries(database), await walOf(database)];
  const startedAt = performance.now();
  await database.select(`CALL hookline_drop_before('${dayOf(daysAgo(KEPT_DAYS))}')`);
  const tookMs = performance.now() - startedAt;
  const walBytes = (await walOf(database)) - walBefore;
  const dropped = rowsBefore - (await countDeliveries(database));
  add(collected, nameOf(size, `the oldest ${named(dropped)} dropped`), {
    max: tookMs,
    walBytesEach: walBytes / dropped,
  });
}

async function countDeliveries(database: Database): Promise<number> {
  const [row] = await database.select<{ count: number }>(
    'SELECT count(*)::int AS count FROM hookline_deliveries',
  );
  return row?.count ?? 0;
}

async function walOf(database: Database): Promise<number> {
  const [row] = await database.select<{ bytes: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes`,
  );
  return row?.bytes ?? Number.NaN;
}

function add(collected: Collected, name: string, measurement: Measurement): void {
  collected.set(name, [...(collected.get(name) ?? []), measurement]);
}

async function describe({ size, database }: Stored): Promise<string> {
  const [row] = await database.select<{ all: number; indices: number }>(SPACE);
  const [all, indices] = [row?.all, row?.indices].map((mib) => named(mib ?? 0));
  return `stored, ${size.title}: the database takes ${all} MiB, of which the indices of deliveries ${indices} MiB`;
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * DAY_MS);
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
