import type { Program } from '../../faults/program.ts';
import type { Measurement } from '../bench.ts';
import type { Dispatched, Received, SenderConfig, SenderOrder, Settled } from '../programs/messages.ts';
import type { Database, ServerCpu } from '../servers.ts';
import type { Stage } from '../stage.ts';
import { endProgram, startProgram } from '../start-program.ts';
import type { Entrant, Shape } from './delivery-entrants.ts';

const PATIENCE_MS = 120_000;

export interface Trial {
  readonly entrant: Entrant;
  readonly shape: Shape;
  readonly deliveries: number;
  readonly warmUp: number;
  /** Attempts at once, of a peer. */
  readonly concurrency: number;
}

/** One contender once: in a fresh process on a fresh database, warmed up. */
export async function measureDelivery(trial: Trial, stage: Stage): Promise<Measurement> {
  const database = await stage.servers.prepare();
  const config = await configOf(trial, stage, database);
  const sender = await startProgram<SenderOrder>(trial.entrant.name, 'sender-process', config, stage.context);
  try {
    await send(trial.warmUp, trial, stage, sender);
    const before = await stage.servers.cpu();
    const sent = await send(trial.deliveries, trial, stage, sender);
    const after = await stage.servers.cpu();
    await checkStored(trial, database);
    return { ...figuresOf(trial, sent), ...serverFiguresOf(trial, before, after) };
  } finally {
    await endProgram(sender);
    if (sender.log) stage.context.note(sender.log);
    await database.drop();
  }
}

async function configOf(
  { entrant, shape, concurrency }: Trial,
  { servers, receiver }: Stage,
  database: Database,
): Promise<SenderConfig> {
  return {
    sender: entrant.sender,
    webhooks: shape.webhooks,
    receiverUrl: await receiver.ask<string>({ kind: 'reset' }),
    concurrency,
    ...(entrant.stored ? { databaseUrl: database.url } : {}),
    ...(entrant.redis ? { redisUrl: servers.redisUrl } : {}),
  };
}

interface Sent {
  readonly dispatched: Dispatched;
  readonly received: Received;
  readonly settled: Settled;
}

async function send(
  deliveries: number,
  { shape }: Trial,
  { receiver }: Stage,
  sender: Program<SenderOrder>,
): Promise<Sent> {
  await receiver.ask({ kind: 'reset' });
  const [dispatched, received] = await Promise.all([
    sender.ask<Dispatched>({ kind: 'dispatch', events: deliveries / shape.webhooks }),
    receiver.ask<Received>({ kind: 'await', distinct: deliveries, patienceMs: PATIENCE_MS }),
  ]);
  return { dispatched, received, settled: await sender.ask<Settled>({ kind: 'settle' }) };
}

function figuresOf({ entrant, deliveries }: Trial, { dispatched, received, settled }: Sent): Measurement {
  const endedAt = entrant.stored ? Math.max(received.lastAt, settled.settledAt) : received.lastAt;
  return {
    perSec: (deliveries / (endedAt - dispatched.startedAt)) * 1_000,
    cpuMsPer1000: (settled.cpuMs / deliveries) * 1_000,
    memoryMiB: settled.memoryMiB,
    receiverCpuMsPer1000: (received.cpuMs / deliveries) * 1_000,
  };
}

/** Of the servers that the contender works with. */
function serverFiguresOf({ entrant, deliveries }: Trial, before: ServerCpu, after: ServerCpu): Measurement {
  const per1000 = (ms: number) => (ms / deliveries) * 1_000;
  const redis = entrant.redis ? { redisCpuMsPer1000: per1000(after.redisMs - before.redisMs) } : {};
  if (!entrant.stored || before.postgresMs === null || after.postgresMs === null) return redis;
  return { ...redis, postgresCpuMsPer1000: per1000(after.postgresMs - before.postgresMs) };
}

/** A figure counts only where all was stored that was to be. */
async function checkStored({ entrant, shape, deliveries, warmUp }: Trial, database: Database): Promise<void> {
  if (!entrant.stored) return;
  const [row] = await database.select<Record<string, number>>(entrant.stored);
  const owed = deliveries + warmUp;
  for (const [table, count] of Object.entries(row ?? {})) {
    const expected = table === 'events' ? owed / shape.webhooks : owed;
    if (count !== expected)
      throw new Error(`${entrant.name} stored ${count} ${table} where ${expected} were to be`);
  }
}
