import { setTimeout as sleep } from 'node:timers/promises';
import { isHooklineError, verifyWebhook } from '@hookline/core';
import { type ReceivedRequest, type Receiver, startReceiver } from '@hookline/core/testing';
import { migrate } from '@hookline/sequelize';
import { expect } from 'chai';
import { Sequelize } from 'sequelize';
import { type FreshDatabase, freshDatabase } from '../support/postgres.js';
import { freshPrefix, sharedRedisUrl } from '../support/redis.js';
import type { MemberPlan } from './programs/member.ts';
import { killMembers, type Member, startMember } from './start-member.ts';

/** So rare that whatever arrives was announced. */
const RARE_SWEEP_MS = 60_000;
const SOON_MS = 5_000;
const PATIENCE_MS = 10_000;

async function migratedDatabase(): Promise<FreshDatabase> {
  const database = await freshDatabase();
  const sequelize = new Sequelize(database.url, { logging: false });
  await migrate(sequelize);
  await sequelize.close();
  return database;
}

/** Resolves with the milliseconds it took. */
async function waitUntil(isTrue: () => boolean | Promise<boolean>): Promise<number> {
  const startedAt = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - startedAt > PATIENCE_MS) throw new Error('waited in vain');
    await sleep(10);
  }
  return performance.now() - startedAt;
}

function isSignedWith(secret: string, { headers, body }: ReceivedRequest): boolean {
  try {
    verifyWebhook({ headers, body, secret });
    return true;
  } catch (error) {
    if (isHooklineError(error) && error.code === 'ERR_HOOKLINE_SIGNATURE_MISMATCH') return false;
    throw error;
  }
}

describe('several processes on one database', () => {
  let receiver: Receiver;
  const idsOf = (requests: readonly ReceivedRequest[]) =>
    requests.map(({ headers }) => headers['webhook-id']);

  const ownQueue = async () => ({ url: await sharedRedisUrl(), prefix: freshPrefix() });

  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());
  after(killMembers);

  for (const queue of ['Bull', 'no queue'] as const) {
    describe(`a web process and a worker process, with ${queue}`, () => {
      let database: FreshDatabase;
      let web: Member;
      let worker: Member;

      before(async () => {
        database = await migratedDatabase();
        const plan = {
          databaseUrl: database.url,
          redis: queue === 'Bull' ? await ownQueue() : null,
          sweepIntervalMs: RARE_SWEEP_MS,
        };
        [web, worker] = await Promise.all([
          startMember({ ...plan, roles: ['web'], lanes: ['sync'] }),
          startMember({ ...plan, roles: ['relay', 'worker'], lanes: ['sync', 'async'] }),
        ]);
      });
      after(async () => {
        await Promise.all([web.end(), worker.end()]);
        await database.drop();
      });

      /** A webhook that web just registered, for events of its own. */
      const register = (type: string, path = '/hook') =>
        web.ask('createWebhook', {
          url: new URL(path, receiver.url).href,
          subscriptions: [type],
        });
      const received = (count: number) => waitUntil(() => receiver.requests.length >= count);

      it('an event committed in the one reaches a receiver through the other long before a sweep', async () => {
        await register('order.paid');
        const eventId = await web.ask('dispatchInTransaction', 'order.paid');
        expect(await received(1)).to.be.below(SOON_MS);
        expect(idsOf(receiver.requests)).to.deep.equal([eventId]);
      });

      it('so does one that was dispatched without a transaction', async () => {
        await register('order.packed');
        const eventId = await web.ask('dispatch', 'order.packed');
        expect(await received(1)).to.be.below(SOON_MS);
        expect(idsOf(receiver.requests)).to.deep.equal([eventId]);
      });

      it('sync listeners hear a dispatch where it was made, and there alone', async () => {
        const eventId = await web.ask('dispatch', 'order.counted');
        expect(web.heard).to.include(`sync ${eventId}`);
        await waitUntil(() => worker.heard.includes(`async ${eventId}`));
        expect(worker.heard).to.not.include(`sync ${eventId}`);
        expect(web.heard.filter((each) => each.endsWith(eventId))).to.deep.equal([`sync ${eventId}`]);
      });

      it('sync listeners hear a committed event where it is relayed, and there alone', async () => {
        const eventId = await web.ask('dispatchInTransaction', 'order.counted');
        await waitUntil(() => worker.heard.includes(`async ${eventId}`));
        const heard = [...web.heard, ...worker.heard].filter((each) => each.endsWith(eventId));
        expect(heard).to.have.members([`sync ${eventId}`, `async ${eventId}`]);
        expect(worker.heard).to.include(`sync ${eventId}`);
      });

      it('a webhook disabled in the one gets nothing more from the other', async () => {
        const disabled = await register('order.shipped', '/disabled');
        await register('order.shipped', '/enabled');
        await web.ask('dispatch', 'order.shipped');
        await received(2);
        await web.ask('updateWebhook', disabled.id, { active: false });
        await web.ask('dispatch', 'order.shipped');
        await received(3);
        expect(receiver.requests[2]?.path).to.equal('/enabled');
        const states = (await web.ask('deliveriesOf', disabled.id)).map(({ state }) => state);
        expect(states).to.have.members(['delivered', 'cancelled']);
      });

      it('a webhook disabled between two attempts is not tried again', async () => {
        const { id } = await register('order.lost');
        receiver.replyWith(503);
        await web.ask('dispatch', 'order.lost');
        await received(1);
        await web.ask('updateWebhook', id, { active: false });
        const isCancelled = async () => (await web.ask('deliveriesOf', id))[0]?.state === 'cancelled';
        await waitUntil(isCancelled);
        expect(receiver.requests).to.have.length(1);
      });

      it('a new secret made in the one signs in the other at once', async () => {
        const { id, secret } = await register('order.returned');
        await web.ask('dispatch', 'order.returned');
        await received(1);
        const rotated = await web.ask('rotateSecret', id);
        await web.ask('dispatch', 'order.returned');
        await received(2);
        const [before, after] = receiver.requests;
        if (!before || !after) throw new Error('unreachable');
        expect([secret, rotated].map((each) => isSignedWith(each, before))).to.deep.equal([true, false]);
        expect([secret, rotated].map((each) => isSignedWith(each, after))).to.deep.equal([false, true]);
      });

      it('a new URL given in the one is used by the other at once', async () => {
        const { id } = await register('order.moved', '/before');
        await web.ask('updateWebhook', id, { url: new URL('/after', receiver.url).href });
        await web.ask('dispatch', 'order.moved');
        await received(1);
        expect(receiver.requests.map(({ path }) => path)).to.deep.equal(['/after']);
      });

      it('a test and a redelivery asked for in the one are sent by the other at once', async () => {
        const { id } = await register('order.tested');
        const delivery = await web.ask('testWebhook', id);
        expect(await received(1)).to.be.below(SOON_MS);
        const isDelivered = async () => (await web.ask('deliveriesOf', id))[0]?.state === 'delivered';
        await waitUntil(isDelivered);
        await web.ask('redeliver', delivery.id);
        expect(await received(2)).to.be.below(SOON_MS);
        expect(idsOf(receiver.requests)).to.deep.equal([delivery.eventId, delivery.eventId]);
      });
    });

    it(`a process for each role, with ${queue}, passes an event on long before a sweep`, async () => {
      const database = await migratedDatabase();
      const plan: Omit<MemberPlan, 'roles'> = {
        databaseUrl: database.url,
        redis: queue === 'Bull' ? await ownQueue() : null,
        sweepIntervalMs: RARE_SWEEP_MS,
        lanes: ['async'],
      };
      const roles = ['web', 'relay', 'worker'] as const;
      const members = await Promise.all(roles.map((role) => startMember({ ...plan, roles: [role] })));
      const [web, relay, worker] = members;
      if (!web || !relay || !worker) throw new Error('unreachable');
      await web.ask('createWebhook', { url: receiver.url, subscriptions: ['*'] });
      const eventId = await web.ask('dispatchInTransaction', 'order.paid');
      const arrived = () => receiver.requests.length > 0 && worker.heard.length > 0;
      expect(await waitUntil(arrived)).to.be.below(SOON_MS);
      expect(idsOf(receiver.requests)).to.deep.equal([eventId]);
      expect([web.heard, relay.heard, worker.heard]).to.deep.equal([[], [], [`async ${eventId}`]]);
      await Promise.all(members.map((member) => member.end()));
      await database.drop();
    });
  }

  describe('alone', () => {
    let database: FreshDatabase;
    let plan: Omit<MemberPlan, 'roles'>;

    before(async () => {
      database = await migratedDatabase();
      const redis = await ownQueue();
      plan = { databaseUrl: database.url, redis, sweepIntervalMs: 20, lanes: ['async'] };
    });
    after(() => database.drop());

    it('a web process delivers nothing; what it took in goes out once there is a worker', async () => {
      const web = await startMember({ ...plan, roles: ['web'] });
      await web.ask('createWebhook', { url: receiver.url, subscriptions: ['*'] });
      const eventId = await web.ask('dispatch', 'order.paid');
      await sleep(500); // 25 sweeps, if it made any
      expect([receiver.requests.length, web.heard.length]).to.deep.equal([0, 0]);

      const worker = await startMember({ ...plan, roles: ['relay', 'worker'] });
      await waitUntil(() => receiver.requests.length > 0 && worker.heard.length > 0);
      expect(idsOf(receiver.requests)).to.deep.equal([eventId]);
      expect([...web.heard, ...worker.heard]).to.deep.equal([`async ${eventId}`]);
      await Promise.all([web.end(), worker.end()]);
    });

    for (const preposition of ['with', 'without']) {
      it(`a worker ${preposition} Redis stays up without a server until SIGTERM, then ends by itself`, async () => {
        const redis = preposition === 'with' ? plan.redis : null;
        const worker = await startMember({ ...plan, redis, roles: ['relay', 'worker'] });
        await sleep(300);
        expect(worker.isRunning).to.equal(true);
        const ending = worker.end('SIGTERM');
        expect(await Promise.race([ending, sleep(3_000)])).to.deep.equal({ code: 0, signal: null });
      });
    }
  });
});
