import type { Job, Queue } from '@hookline/core';
import { expect } from 'chai';
import { Cluster } from 'ioredis';
import { bullQueue } from '../../../packages/core/src/adapters/bull/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster.js';
import { until } from '../../support/until.js';

describe('the Bull queue on a Cluster', function () {
  this.timeout(30_000);
  let cluster: RedisCluster;
  let queues: Queue[];
  let seen: string[];

  const collect = async (jobs: readonly Job[]) => void seen.push(...jobs.map(({ id }) => id));
  const options = () => ({ redisOptions: { password: cluster.password } });
  const work = async (web: Queue, worker: Queue) => {
    queues.push(web, worker);
    worker.consume(collect);
    const jobs = Array.from({ length: 200 }, (_, index) => ({ kind: 'delivery', id: `${index}` }) as const);
    await Promise.all(jobs.map((job) => web.enqueue([job])));
    await web.enqueue([{ kind: 'run', id: 'later' }], 100);
    await until(() => seen.length === 201);
    expect(new Set(seen).size).to.equal(201);
  };

  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster.stop());
  beforeEach(() => {
    queues = [];
    seen = [];
  });
  afterEach(() => Promise.all(queues.map((queue) => queue.close())));

  it('works with nodes, all its keys on one of them by a hash tag of its own', async () => {
    const logger = new RecordingLogger();
    const open = () => bullQueue({ cluster: { nodes: cluster.nodes, options: options() }, logger });
    await work(open(), open());
    const admin = new Cluster([...cluster.nodes], options());
    await admin.ping();
    const keys = (await Promise.all(admin.nodes('master').map((node) => node.keys('*')))).flat();
    admin.disconnect();
    expect(keys).to.include('{hookline}:hookline:id');
    expect(keys.filter((key) => !key.startsWith('{hookline}:hookline:'))).to.deep.equal([]);
    expect(logger.of('warn')).to.deep.equal([]);
  });

  it('works with a client that was supplied, and leaves it open', async () => {
    const client = new Cluster([...cluster.nodes], options());
    const queue = bullQueue({ client, name: 'supplied' });
    await work(queue, bullQueue({ client, name: 'supplied' }));
    await Promise.all(queues.map((one) => one.close()));
    expect(await client.set('still', 'open')).to.equal('OK');
    client.disconnect();
  });

  it('works again when the nodes were away and came back empty', async () => {
    const logger = new RecordingLogger();
    const open = () =>
      bullQueue({ cluster: { nodes: cluster.nodes, options: options() }, enqueueTimeoutMs: 300, logger });
    const [web, worker] = [open(), open()];
    await work(web, worker);
    for (const server of cluster.servers) await server.kill();
    const isTaken = () =>
      web.enqueue([{ kind: 'run', id: 'probe' }]).then(
        () => true,
        () => false,
      );
    await until(async () => !(await isTaken()));
    for (const server of cluster.servers) await server.start();
    await until(isTaken, 15_000);
    await until(() => seen.includes('probe'), 15_000);
  });

  it('refuses within its deadline while no node can be reached, and closes', async () => {
    const logger = new RecordingLogger();
    const nodes = [{ host: '127.0.0.1', port: 1 }];
    const queue = bullQueue({ cluster: { nodes }, enqueueTimeoutMs: 200, logger });
    queue.consume(collect);
    const startedAt = Date.now();
    const error = await queue.enqueue([{ kind: 'run', id: 'lost' }]).then(
      () => null,
      (reason) => reason,
    );
    expect(error).to.include({ code: 'ERR_HOOKLINE_QUEUE_UNAVAILABLE' });
    await queue.close();
    expect(Date.now() - startedAt).to.be.below(1_500);
    expect(logger.of('warn')).to.have.length(1);
  });
});
