import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Ending, Scenario, Size } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { writeRows, writeSteadily } from './write-rows.ts';

const WEBHOOKS = 2;
/** Deliveries between one fault and the next. */
const LIVELY = 60;
/** Rows that wait to be delivered when the fault comes. */
const BACKLOG = { full: 1_000, short: 0 };
const OUTAGE_MS = { full: 20_000, short: 3_000 };
/** What is committed while Redis is away must be received this soon all the same. */
const SOON_MS = 2_000;

/** Given two relays and two workers that hand work over through Bull, when every key is gone at once, then the store still has all. */
export const redisFlushed: Scenario = {
  name: 'redis-flushed',
  proves: 'FLUSHALL in mid-run loses nothing: the queue holds ids, the store holds the work.',
  isBusy: false,
  setting: () => ({ redis: true, hub: { concurrency: 10 } }),

  play: (stage, size) => repeat(stage, size, { times: 3, fault: () => flush(stage) }),
};

/** Given the same, when Redis is away for 20 seconds, then dispatching and delivering go on without it, and with it again afterwards. */
export const redisStopped: Scenario = {
  name: 'redis-stopped-20s',
  proves: 'With Redis away for 20 seconds, rows are committed and delivered all the while.',
  isBusy: false,
  setting: () => ({ redis: true, webhooks: WEBHOOKS }),

  async play(stage, size) {
    await startPairs(stage);
    const writer = await writeSteadily(stage);
    await stage.receives(LIVELY);

    await stage.redis.kill();
    await sleep(OUTAGE_MS[size] - SOON_MS);
    const owed = WEBHOOKS * (await stage.countCommitted());
    await sleep(SOON_MS);
    const { distinct } = await stage.count();
    await stage.redis.start();

    const faultEndedAt = Date.now();
    await stage.receives(LIVELY);
    await writer.stop();
    const problem = `only ${distinct} of ${owed} deliveries were received while Redis was away`;
    return { faultEndedAt, problems: distinct >= owed ? [] : [problem] };
  },
};

/** Given the same, when Redis crashes and comes back at once, empty, then clients connect again and nothing is lost. */
export const redisRestartedEmpty: Scenario = {
  name: 'redis-restarted-empty',
  proves: 'A Redis that crashed and came back empty costs nothing but the time to connect again.',
  isBusy: false,
  setting: () => ({ redis: true, hub: { concurrency: 10 } }),

  play: (stage, size) =>
    repeat(stage, size, {
      times: 2,
      fault: async () => {
        await stage.redis.kill();
        await stage.redis.start();
      },
    }),
};

interface Repetition {
  readonly times: number;
  readonly fault: () => Promise<void>;
}

/** The fault comes again and again while there is work waiting and more is written. */
async function repeat(stage: Stage, size: Size, { times, fault }: Repetition): Promise<Ending> {
  await startPairs(stage);
  // answers so late that work waits
  await stage.tellReceiver({ kind: 'delay', ms: 300 });
  await writeRows(stage, { rows: BACKLOG[size] });
  const writer = await writeSteadily(stage, 10);
  for (let time = 0; time < times; time++) {
    await stage.receives(LIVELY);
    await fault();
  }
  const faultEndedAt = Date.now();
  await stage.tellReceiver({ kind: 'delay', ms: 0 });
  await stage.receives(LIVELY);
  await writer.stop();
  return { faultEndedAt };
}

async function flush(stage: Stage): Promise<void> {
  const redis = new Redis(stage.redis.url);
  await redis.flushall();
  await redis.quit();
}

async function startPairs(stage: Stage): Promise<void> {
  await Promise.all([
    stage.startHub(['relay']),
    stage.startHub(['relay']),
    stage.startHub(['worker']),
    stage.startHub(['worker']),
  ]);
}
