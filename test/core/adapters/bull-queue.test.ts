import { setTimeout as wait } from 'node:timers/promises';
import type { Job, Queue } from '@hookline/core';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { startRedis } from '../../../examples/support/redis-server.ts';
import { type BullQueueOptions, bullQueue } from '../../../packages/core/src/adapters/bull/index.js';
import { queueContract } from '../../contracts/queue-contract.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { freshPrefix, sharedRedis, sharedRedisUrl } from '../../support/redis.js';
import { until } from '../../support/until.js';

const HOUR_MS = 3_600_000;

const deliveries = (count: number, name = 'dlv'): readonly Job[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'delivery', id: `${name}_${index}` }));

queueContract('bull', async () => ({
  queue: bullQueue({ url: await sharedRedisUrl(), prefix: freshPrefix() }),
  now: () => Date.now(),
  advance: async (ms) => void (await wait(ms)),
}));

describe('the Bull queue', () => {
  let prefix: string;
  let queues: Queue[];
  let seen: string[];

  const open = async (options: BullQueueOptions = {}) => {
    const queue = bullQueue({
      url: await sharedRedisUrl(),
      prefix,
      logger: new RecordingLogger(),
      ...options,
    });
    queues.push(queue);
    return queue;
  };
  const collect = async (jobs: readonly Job[]) => void seen.push(...jobs.map(({ id }) => id));
  const keys = async () => (await (await sharedRedis()).keys(`${prefix}:*`)).sort();
  const contents = async () => {
    const redis = await sharedRedis();
    const jobs = (await keys()).filter((key) => /:\d+$/.test(key));
    return Promise.all(jobs.map((key) => redis.hgetall(key)));
  };

  beforeEach(() => {
    prefix = freshPrefix();
    queues = [];
    seen = [];
  });
  afterEach(() => Promise.all(queues.map((queue) => queue.close())));

  it('brings each job of one process to one of the others', async () => {
    const [web, ...workers] = [await open(), await open(), await open()];
    for (const worker of workers) worker.consume(collect);
    await Promise.all(deliveries(300).map((job) => web?.enqueue([job])));
    await until(() => seen.length >= 300);
    expect([...seen].sort()).to.deep.equal(
      deliveries(300)
        .map(({ id }) => id)
        .sort(),
    );
    expect(workers.map(({ isShared }) => isShared)).to.deep.equal([true, true]);
  });

  it('stores ids and nothing else, many in one Bull job', async () => {
    const web = await open();
    await Promise.all([
      ...deliveries(60).map((job) => web.enqueue([job])),
      web.enqueue([{ kind: 'run', id: 'run_1' }]),
    ]);
    const stored = await contents();
    const data = stored.map((job) => JSON.parse(job.data ?? ''));
    expect(data.map((one) => Object.keys(one).sort())).to.deep.equal(data.map(() => ['ids', 'kind']));
    expect(data.map(({ kind, ids }) => [kind, ids.length])).to.have.deep.members([
      ['delivery', 25],
      ['delivery', 25],
      ['delivery', 10],
      ['run', 1],
    ]);
    const options = stored.map((job) => JSON.parse(job.opts ?? ''));
    expect(new Set(options.flatMap(Object.keys))).to.have.all.keys(
      ...['attempts', 'delay', 'removeOnComplete', 'removeOnFail', 'timestamp'],
    );
  });

  it('leaves nothing behind but the keys that Bull counts with', async () => {
    const queue = await open();
    queue.consume(collect);
    await queue.enqueue(deliveries(500));
    await queue.enqueue(deliveries(500, 'later'), 50);
    await until(() => seen.length === 1_000);
    const counters = [`${prefix}:hookline:id`, `${prefix}:hookline:stalled-check`];
    await until(async () => (await keys()).length <= counters.length);
    expect(counters).to.include.members(await keys());
  });

  it('leaves to the store what is due later than in an hour, and shares jobs of the same tenth of a second', async () => {
    const web = await open();
    await web.enqueue(deliveries(10), HOUR_MS + 1);
    expect(await keys()).to.deep.equal([]);
    await Promise.all(deliveries(20).map((job) => web.enqueue([job], HOUR_MS)));
    expect((await contents()).length).to.be.within(1, 2);
  });

  it('passes over what Redis holds no content for, or content of somebody else', async () => {
    const redis = await sharedRedis();
    const web = await open();
    await web.enqueue([{ kind: 'delivery', id: 'lost' }]);
    await web.enqueue([{ kind: 'delivery', id: 'foreign' }]);
    await redis.del(`${prefix}:hookline:1`);
    await redis.hset(`${prefix}:hookline:2`, 'data', '{"kind":"constructor","ids":["x"]}');
    const worker = await open();
    worker.consume(collect);
    await web.enqueue([{ kind: 'delivery', id: 'good' }]);
    await until(() => seen.length > 0);
    expect(seen).to.deep.equal(['good']);
    await until(async () => (await contents()).length === 0);
  });

  it('keeps queues apart that have another name or prefix', async () => {
    const [one, two] = [await open({ name: 'one' }), await open({ name: 'two' })];
    one.consume(collect);
    await two.enqueue([{ kind: 'delivery', id: 'of-two' }]);
    await one.enqueue([{ kind: 'delivery', id: 'of-one' }]);
    await until(() => seen.length > 0);
    expect(seen).to.deep.equal(['of-one']);
  });

  it('refuses at once, with the code of the catalogue, what Redis refuses', async () => {
    const redis = await sharedRedis();
    const web = await open();
    await redis.set(`${prefix}:hookline:wait`, 'not a list');
    const refused = web.enqueue(deliveries(1));
    const error = await refused.then(
      () => null,
      (reason) => reason,
    );
    expect(error).to.include({ code: 'ERR_HOOKLINE_QUEUE_UNAVAILABLE' });
    expect(error.details.problem).to.include('WRONGTYPE');
    await redis.del(`${prefix}:hookline:wait`);
    await web.enqueue(deliveries(1));
  });
});

describe('the connections of a Bull queue', () => {
  it('are opened when they are needed: one to enqueue, two more to work, none left after close', async () => {
    const server = await startRedis();
    const admin = new Redis(server.url);
    const list = async () => {
      const lines = String(await admin.client('LIST'))
        .trim()
        .split('\n');
      return lines.filter((line) => !line.includes('cmd=client'));
    };
    try {
      const [web, worker] = [bullQueue(server.url), bullQueue(server.url)];
      expect(await list()).to.have.length(0);
      await web.enqueue(deliveries(100));
      expect(await list()).to.have.length(1);
      let count = 0;
      worker.consume(async (jobs) => {
        count += jobs.length;
        await worker.enqueue(jobs, 1_000);
      });
      await until(() => count === 100);
      expect(await list()).to.have.length(1 + 3);
      await Promise.all([web.close(), worker.close()]);
      await until(async () => (await list()).length === 0);
    } finally {
      admin.disconnect();
      await server.stop();
    }
  });

  it('are made from a client that was supplied, which stays open, and so does a subscriber', async () => {
    const url = await sharedRedisUrl();
    const logger = new RecordingLogger();
    const client = new Redis(url);
    const subscriber = new Redis(url, { maxRetriesPerRequest: null, enableReadyCheck: false });
    const prefix = freshPrefix();
    const before = [client.eventNames().length, subscriber.eventNames().length];
    const queues = [bullQueue({ client, subscriber, prefix, logger }), bullQueue({ client, prefix, logger })];
    const seen: string[] = [];
    for (const queue of queues) queue.consume(async (jobs) => void seen.push(...jobs.map(({ id }) => id)));
    await queues[0]?.enqueue(deliveries(1), 100);
    await until(() => seen.length === 1);
    await Promise.all(queues.map((queue) => queue.close()));
    expect([client.status, subscriber.status]).to.deep.equal(['ready', 'ready']);
    expect(await client.ping()).to.equal('PONG');
    expect([client.eventNames().length, subscriber.eventNames().length]).to.deep.equal(before);
    client.disconnect();
    subscriber.disconnect();
  });

  it('wait for a supplied client that connects only when it is used', async () => {
    const client = new Redis(await sharedRedisUrl(), { lazyConnect: true, retryStrategy: () => null });
    const queue = bullQueue({ client, prefix: freshPrefix(), logger: new RecordingLogger() });
    await queue.enqueue(deliveries(1));
    expect(client.status).to.equal('ready');
    await queue.close();
    client.disconnect();
  });

  it('are not made again by us where a supplied client was closed', async () => {
    const client = new Redis(await sharedRedisUrl());
    await client.quit();
    const logger = new RecordingLogger();
    const queue = bullQueue({ client, prefix: freshPrefix(), logger });
    const error = await queue.enqueue(deliveries(1)).then(
      () => null,
      (reason) => reason,
    );
    expect(error).to.include({ code: 'ERR_HOOKLINE_QUEUE_UNAVAILABLE' });
    expect(logger.of('warn')).to.have.length(1);
    await queue.close();
  });
});
