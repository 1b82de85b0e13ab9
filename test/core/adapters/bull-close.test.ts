import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bullQueue } from '@hookline/core/bull';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { freshPrefix, sharedRedis, sharedRedisUrl } from '../../support/redis.js';
import { until } from '../../support/until.js';

const run = promisify(execFile);

/** Runs a program that must end by itself, and answers what it printed. */
async function runs(program: string): Promise<string> {
  const url = await sharedRedisUrl();
  const env = { ...process.env, TEST_REDIS_URL: url, TEST_PREFIX: freshPrefix() };
  const args = ['--input-type=module', '-e', `${PROGRAM_START}\n${program}`];
  const { stdout } = await run(process.execPath, args, { env, timeout: 8_000 });
  return stdout;
}

const PROGRAM_START = `
  import { bullQueue } from '@hookline/core/bull';
  import { Redis } from 'ioredis';
  const url = process.env.TEST_REDIS_URL;
  const prefix = process.env.TEST_PREFIX;
  const jobs = [{ kind: 'delivery', id: 'a' }, { kind: 'run', id: 'b' }];
  process.on('unhandledRejection', () => process.exit(1));
  process.on('exit', () => console.log('ended', Date.now() - closedAt < 2000 ? 'at once' : 'late'));
  let closedAt = 0;
`;

describe('a process whose Bull queue was closed', () => {
  it('ends by itself: with connections of the queue, in the middle of work, and while Redis is away', async () => {
    const printed = await Promise.all([
      runs(`
        const queue = bullQueue({ url, prefix });
        const came = new Promise((resolve) => queue.consume((batch) => (resolve(batch), new Promise(() => {}))));
        await queue.enqueue(jobs, 10);
        console.log((await came).length, 'came');
        await queue.close();
        closedAt = Date.now();
      `),
      runs(`
        const logger = { debug() {}, info() {}, warn() {}, error() {} };
        const queue = bullQueue({ url: 'redis://127.0.0.1:1', logger });
        queue.consume(async () => {});
        await queue.enqueue(jobs).catch((error) => console.log(error.code));
        await queue.close();
        closedAt = Date.now();
      `),
    ]);
    expect(printed).to.deep.equal([
      '1 came\nended at once\n',
      'ERR_HOOKLINE_QUEUE_UNAVAILABLE\nended at once\n',
    ]);
  });

  it('ends by itself once it has closed the clients it supplied', async () => {
    const printed = await runs(`
      const client = new Redis(url);
      const subscriber = client.duplicate({ maxRetriesPerRequest: null, enableReadyCheck: false });
      const queue = bullQueue({ client, subscriber, prefix });
      const came = new Promise((resolve) => queue.consume(async (batch) => resolve(batch)));
      await queue.enqueue(jobs);
      await came;
      await queue.close();
      console.log(client.status, subscriber.status);
      closedAt = Date.now();
      client.disconnect();
      subscriber.disconnect();
    `);
    expect(printed).to.equal('ready ready\nended at once\n');
  });

  it('has sent what was enqueued before', async () => {
    const redis = await sharedRedis();
    const prefix = freshPrefix();
    const queue = bullQueue({ url: await sharedRedisUrl(), prefix });
    const sent = queue.enqueue([{ kind: 'delivery', id: 'last' }]);
    await queue.close();
    await sent;
    expect(await redis.hget(`${prefix}:hookline:1`, 'data')).to.equal('{"kind":"delivery","ids":["last"]}');
  });

  it('leaves no job locked that it did not begin: the next process has it at once', async () => {
    const prefix = freshPrefix();
    const client = new Redis(await sharedRedisUrl());
    const [first, second] = [bullQueue({ client, prefix }), bullQueue({ client, prefix })];
    const seen: string[] = [];
    let fetched = 0;
    first.consume((jobs) => {
      fetched += jobs.length;
      return new Promise(() => {});
    });
    await first.enqueue(
      Array.from({ length: 200 }, (_, index) => ({ kind: 'delivery', id: `${index}` }) as const),
    );
    await until(() => fetched > 0);
    await first.close();
    second.consume(async (jobs) => void seen.push(...jobs.map(({ id }) => id)));
    await until(() => seen.length + fetched >= 200);
    expect(seen).to.have.length(200 - fetched);
    await second.close();
    client.disconnect();
  });
});
