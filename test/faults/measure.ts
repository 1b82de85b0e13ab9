import { Redis } from 'ioredis';
import type { Timing } from './programs/messages.ts';
import { openStage, type Servers } from './run-scenario.ts';
import type { Stage, Writer } from './stage.ts';

const DISPATCHES = 100;

/** Numbers to be shown: what Hookline costs a Redis in connections, and what a Redis that is away costs a dispatch. */
export async function measure(servers: Servers): Promise<readonly string[]> {
  const { stage, close } = await openStage('measure', { redis: true }, servers);
  try {
    const [web] = await Promise.all([
      stage.startWriter('dispatch', { roles: ['web', 'relay'] }),
      stage.startHub(['worker']),
    ]);
    await timeDispatches(web); // connections are opened, code is compiled
    const connections = await listConnections(stage);
    const up = await timeDispatches(web);
    await stage.redis.pause();
    const hanging = await timeDispatches(web);
    await stage.redis.resume();
    await stage.redis.kill();
    const down = await timeDispatches(web);
    return [
      `connections to Redis of 1 web + 1 worker process: ${connections.length}`,
      ...connections.map((line) => `  ${line}`),
      '',
      `${DISPATCHES} transactions with a row and an event, beside ${DISPATCHES} with two rows, in ms (p50 / p99 / max)`,
      row('Redis up', up),
      row('Redis hanging', hanging),
      row('Redis down', down),
    ];
  } finally {
    await close();
  }
}

function timeDispatches(web: Writer): Promise<Timing> {
  return web.ask<Timing>({ kind: 'time-dispatches', count: DISPATCHES });
}

/** Without our own, that asks. */
async function listConnections(stage: Stage): Promise<readonly string[]> {
  const redis = new Redis(stage.redis.url);
  const [list, own] = await Promise.all([redis.client('LIST'), redis.client('ID')]);
  await redis.quit();
  return String(list)
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith(`id=${own} `))
    .map((line) => (line.match(/\b(?:name|cmd)=\S*/g) ?? []).join(' '));
}

function row(title: string, { databaseMs, dispatchMs }: Timing): string {
  return `  ${title.padEnd(14)}  two rows ${summary(databaseMs)}   row and event ${summary(dispatchMs)}`;
}

function summary(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(1);
  return `${at(0.5)} / ${at(0.99)} / ${at(1)}`.padStart(18);
}
