import { Redis } from 'ioredis';
import type { Program } from '../../faults/program.ts';
import type { Measurement } from '../bench.ts';
import type {
  Dispatched,
  Received,
  ReceiverOrder,
  SenderConfig,
  SenderOrder,
  Settled,
} from '../programs/messages.ts';
import { type Contender, playRounds } from '../rounds.ts';
import type { Database, ServerCpu, Servers } from '../servers.ts';
import { endProgram, startProgram } from '../start-program.ts';
import type { Part } from './part.ts';
import { serverCpuPer1000 } from './server-cpu.ts';

const SIZES = {
  full: { deliveries: 20_000, warmUp: 4_000, rounds: 3 },
  short: { deliveries: 200, warmUp: 100, rounds: 1 },
};

interface Shape {
  readonly name: string;
  readonly webhooks: number;
  readonly redis: boolean;
}

const SHAPES: readonly Shape[] = [1, 10].flatMap((webhooks) => [
  { name: `footprint, 1 event to ${webhooks}, Postgres and Redis`, webhooks, redis: true },
  { name: `footprint, 1 event to ${webhooks}, Postgres alone`, webhooks, redis: false },
]);

const WAL = `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes`;
const DISK = `SELECT sum(pg_total_relation_size(oid))::float8 AS bytes FROM pg_class
  WHERE relkind = 'r' AND relname LIKE 'hookline_%'`;

interface Trial {
  readonly servers: Servers;
  readonly receiver: Program<ReceiverOrder>;
  readonly redis: Redis;
  readonly deliveries: number;
  readonly warmUp: number;
}

/** What one delivery takes of everything: what to multiply by the rate one wants. */
export const footprintPart: Part = {
  name: 'footprint',
  run: async (servers, context) => {
    const { deliveries, warmUp, rounds: usual } = SIZES[context.size];
    const redis = new Redis(servers.redisUrl);
    const receiver = await startProgram<ReceiverOrder>('receiver', 'receiver');
    const trial: Trial = { servers, receiver, redis, deliveries, warmUp };
    const contenders = SHAPES.map(
      (shape): Contender => ({ name: shape.name, measure: () => measure(shape, trial) }),
    );
    const results = await playRounds(contenders, { ...context, rounds: context.rounds ?? usual });
    redis.disconnect();
    await receiver.kill();
    return { results, ratios: {}, targets: [], notes: NOTES };
  },
};

/** One process that dispatches, relays and works; from the first dispatch until all is stored. */
async function measure(shape: Shape, trial: Trial): Promise<Measurement> {
  const { servers, receiver, deliveries, warmUp } = trial;
  const database = await servers.prepare();
  const config: SenderConfig = {
    sender: 'hookline',
    receiverUrl: await receiver.ask<string>({ kind: 'reset' }),
    webhooks: shape.webhooks,
    concurrency: 0,
    databaseUrl: database.url,
    ...(shape.redis ? { redisUrl: servers.redisUrl } : {}),
  };
  const sender: Program<SenderOrder> = await startProgram(shape.name, 'sender-process', config);
  try {
    await send(sender, receiver, warmUp, shape);
    const before = await meter(trial, database);
    const settled = await send(sender, receiver, deliveries, shape);
    const after = await meter(trial, database);
    const each = (figure: 'redisCommands' | 'walBytes' | 'diskBytes') =>
      (after[figure] - before[figure]) / deliveries;
    const { redisCpuMsPer1000, ...postgres } = serverCpuPer1000(before.cpu, after.cpu, deliveries);
    return {
      cpuMsPer1000: (settled.cpuMs / deliveries) * 1_000,
      ...postgres,
      ...(shape.redis && redisCpuMsPer1000 !== undefined
        ? { redisCpuMsPer1000, redisCommandsEach: each('redisCommands') }
        : {}),
      walBytesEach: each('walBytes'),
      diskBytesEach: each('diskBytes'),
    };
  } finally {
    await endProgram(sender);
    await database.drop();
  }
}

async function send(
  sender: Program<SenderOrder>,
  receiver: Program<ReceiverOrder>,
  deliveries: number,
  { webhooks }: Shape,
): Promise<Settled> {
  await receiver.ask({ kind: 'reset' });
  await Promise.all([
    sender.ask<Dispatched>({ kind: 'dispatch', events: deliveries / webhooks }),
    receiver.ask<Received>({ kind: 'await', distinct: deliveries }),
  ]);
  return sender.ask<Settled>({ kind: 'settle' });
}

interface Meter {
  readonly cpu: ServerCpu;
  readonly redisCommands: number;
  readonly walBytes: number;
  readonly diskBytes: number;
}

async function meter({ servers, redis }: Trial, database: Database): Promise<Meter> {
  const [wal] = await database.select<{ bytes: number }>(WAL);
  const [disk] = await database.select<{ bytes: number }>(DISK);
  const stats = await redis.info('stats');
  return {
    cpu: await servers.cpu(),
    redisCommands: Number(/^total_commands_processed:(\d+)/m.exec(stats)?.[1]),
    walBytes: wal?.bytes ?? Number.NaN,
    diskBytes: disk?.bytes ?? Number.NaN,
  };
}

const NOTES = [
  'footprint: 1 KB of payload, an empty database, everything on one machine. WAL of a database with many rows is larger, see stored. Disk: tables and indices of Hookline, per delivery. Redis counts the commands within its scripts, too.',
];
