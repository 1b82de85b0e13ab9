import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Queue } from '@hookline/core';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../../examples/support/redis-server.ts';
import { bullQueue } from '../../../packages/core/src/adapters/bull/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { until } from '../../support/until.js';

const TIMEOUT_MS = 200;
/** Time to answer, on top of the deadline, on a busy machine. */
const SLACK_MS = 300;

describe('the Bull queue in an outage', () => {
  let server: RedisServer;
  let admin: Redis;
  let logger: RecordingLogger;
  let web: Queue;
  let worker: Queue;
  let seen: Set<string>;
  let rejections: unknown[];

  const noteRejection = (error: unknown) => void rejections.push(error);
  const open = () => bullQueue({ url: server.url, enqueueTimeoutMs: TIMEOUT_MS, logger });
  const enqueue = (id: string, delayMs = 0) => web.enqueue([{ kind: 'delivery', id }], delayMs);
  const refuses = async (id: string): Promise<number> => {
    const startedAt = Date.now();
    const error = await enqueue(id).then(
      () => null,
      (reason) => reason,
    );
    expect(error).to.include({ code: 'ERR_HOOKLINE_QUEUE_UNAVAILABLE' });
    return Date.now() - startedAt;
  };
  const isAway = () =>
    enqueue('probe').then(
      () => false,
      () => true,
    );
  const arrives = async (id: string) => {
    await until(async () => !(await isAway()));
    await enqueue(id);
    await until(() => seen.has(id));
  };

  before(async () => {
    server = await startRedis();
    admin = new Redis(server.url, { disconnectTimeout: 100 });
    admin.on('error', () => {});
  });
  after(async () => {
    admin.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await server.resume();
    await server.start();
    logger = new RecordingLogger();
    seen = new Set();
    rejections = [];
    process.on('unhandledRejection', noteRejection);
    [web, worker] = [open(), open()];
    worker.consume(async (jobs) => {
      for (const { id } of jobs) seen.add(id);
    });
  });
  afterEach(async () => {
    await Promise.all([web.close(), worker.close()]);
    await wait(0);
    process.removeListener('unhandledRejection', noteRejection);
    expect(rejections).to.deep.equal([]);
  });

  it('starts while Redis is away, and works once it comes', async () => {
    await Promise.all([web.close(), worker.close()]);
    await server.kill();
    [web, worker] = [open(), open()];
    worker.consume(async (jobs) => {
      for (const { id } of jobs) seen.add(id);
    });
    await refuses('early');
    await server.start();
    await arrives('late');
    expect(seen).not.to.include('early');
  });

  it('refuses at once while Redis is away, and works again when it is back, empty', async () => {
    await arrives('before');
    await enqueue('delayed', 60_000);
    await server.kill();
    await until(isAway);
    const slowest = Math.max(...(await Promise.all(Array.from({ length: 200 }, () => refuses('during')))));
    expect(slowest).to.be.below(SLACK_MS);
    await server.start();
    await arrives('after');
    await enqueue('delayed again', 50);
    await until(() => seen.has('delayed again'));
  });

  it('says once for each outage that it began, and once that it ended', async () => {
    await arrives('before');
    for (const round of ['first', 'second']) {
      logger.lines.length = 0;
      await server.kill();
      await until(isAway);
      await wait(300);
      await server.start();
      await arrives(round);
      await until(() => logger.of('info').length >= 2);
      // by the process that enqueues and by the one that works
      expect(logger.of('warn').map(({ message }) => message.split(':')[0])).to.deep.equal([
        'the queue is unavailable',
        'the queue is unavailable',
      ]);
      expect(logger.of('info').map(({ message }) => message)).to.deep.equal([
        'the queue is back',
        'the queue is back',
      ]);
      expect(logger.of('error')).to.deep.equal([]);
    }
  });

  it('goes on after FLUSHALL, after Redis forgot the scripts, and after its connections were cut', async () => {
    await arrives('before');
    await admin.flushall();
    await arrives('after FLUSHALL');
    await admin.script('FLUSH');
    await enqueue('after SCRIPT FLUSH');
    await until(() => seen.has('after SCRIPT FLUSH'));
    await admin.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await admin.client('KILL', 'TYPE', 'pubsub');
    await until(isAway);
    await arrives('after CLIENT KILL');
  });

  it('gives up after the deadline where Redis hangs, then at once, and works when it answers again', async () => {
    await arrives('before');
    await server.pause();
    expect(await refuses('first')).to.be.within(TIMEOUT_MS - 5, TIMEOUT_MS + SLACK_MS);
    expect(await refuses('second')).to.be.below(SLACK_MS);
    await server.resume();
    await arrives('after');
  });

  it('keeps memory flat however much is enqueued while Redis is away or hangs', async function () {
    this.timeout(20_000);
    await arrives('before');
    for (const begin of [() => server.kill(), () => server.pause()]) {
      await server.start();
      await until(async () => !(await isAway()));
      await begin();
      await until(isAway);
      const usedBefore = usedMemory();
      for (let round = 0; round < 100; round++) {
        const jobs = Array.from({ length: 100 }, (_, index) => `dlv_${round}_${index}_${'x'.repeat(100)}`);
        await Promise.all(jobs.map((id) => enqueue(id).catch(() => {})));
      }
      // 10,000 ids and promises that were kept would take several times as much
      expect(usedMemory() - usedBefore).to.be.below(3_000_000);
      await server.resume();
    }
  });

  it('connects anew where the server became a replica, and works when there is a master again', async () => {
    const master = await startRedis({ password: server.password });
    try {
      await arrives('before');
      logger.lines.length = 0;
      await admin.call('REPLICAOF', master.host, String(master.port));
      await until(isAway);
      await wait(300);
      await admin.call('REPLICAOF', 'NO', 'ONE');
      await arrives('after');
      const problems = logger.of('warn').map(({ fields }) => String(fields.problem));
      expect(problems.length).to.be.within(1, 3);
    } finally {
      await master.stop();
    }
  });

  it('closes within a second while Redis is away or hangs', async () => {
    await arrives('before');
    for (const begin of [() => server.pause(), () => server.kill()]) {
      await begin();
      const waiting = [enqueue('lost'), worker.enqueue([{ kind: 'run', id: 'lost' }])];
      const settled = Promise.allSettled(waiting);
      const startedAt = Date.now();
      await Promise.all([web.close(), worker.close()]);
      expect(Date.now() - startedAt).to.be.below(1_200);
      await settled;
      [web, worker] = [open(), open()];
      worker.consume(async () => {});
    }
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function usedMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
