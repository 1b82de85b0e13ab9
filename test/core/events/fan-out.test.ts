import { type ClaimRequest, HooklineError, memoryStore, type Queue } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { pretendTransaction } from '../../support/pretend-transaction.js';
import { until } from '../../support/until.js';

/** A store that tells how often work was claimed, event by event and delivery by delivery. */
function watchedStore() {
  const store = memoryStore();
  const claims = { events: [] as ClaimRequest[], deliveries: [] as ClaimRequest[] };
  const { events, deliveries } = store;
  const claimEvents = events.claim.bind(events);
  const claimDeliveries = deliveries.claim.bind(deliveries);
  events.claim = async (request) => {
    const claimed = await claimEvents(request);
    if (claimed.length > 0) claims.events.push(request as ClaimRequest);
    return claimed;
  };
  deliveries.claim = async (request) => {
    const claimed = await claimDeliveries(request);
    if (claimed.length > 0) claims.deliveries.push(request);
    return claimed;
  };
  return { store, claims };
}

/** A queue for other processes that remembers what it was given. */
function sharedQueue() {
  const jobs: string[] = [];
  const queue: Queue = {
    name: 'shared',
    isShared: true,
    enqueue: async (given) => void jobs.push(...given.map(({ id }) => id)),
    consume: () => {},
    close: async () => {},
  };
  return { queue, jobs };
}

const URL = 'https://receiver.example/hook';
const toAll = { url: URL, subscriptions: ['*'] };

describe('fan-out', () => {
  it('leaves what there is room for to this process, without a claim and without the queue', async () => {
    const { store, claims } = watchedStore();
    const { queue, jobs } = sharedQueue();
    const { hub, http } = buildHub({ store, queue });
    await hub.webhooks.create(toAll);
    await hub.dispatch('message.created', { id: 1 });
    await hub.drain();
    expect(http.sent).to.have.length(1);
    expect(claims).to.deep.equal({ events: [], deliveries: [] });
    expect(jobs).to.deep.equal([]);
    await hub.close();
  });

  it('hands the rest over', async () => {
    const { queue, jobs } = sharedQueue();
    const { hub } = buildHub({ queue, delivery: { concurrency: 2 } });
    for (let i = 0; i < 5; i += 1) await hub.webhooks.create(toAll);
    await hub.dispatch('message.created', { id: 1 });
    await hub.drain();
    expect(jobs).to.have.length(3);
    const delivered = await hub.deliveries.list({ state: 'delivered' });
    expect(delivered).to.have.length(5);
    await hub.close();
  });

  it('shows what it goes on with as being delivered', async () => {
    const { hub, http } = buildHub();
    await hub.webhooks.create(toAll);
    const release = http.hold();
    await hub.dispatch('message.created', { id: 1 });
    await until(() => http.sent.length === 1);
    expect((await hub.deliveries.list()).map(({ state }) => state)).to.deep.equal(['delivering']);
    release();
    await hub.drain();
    expect((await hub.deliveries.list()).map(({ state }) => state)).to.deep.equal(['delivered']);
    await hub.close();
  });

  it('keeps nothing for itself where it does not work', async () => {
    const { queue, jobs } = sharedQueue();
    const { hub, http } = buildHub({ queue, roles: ['web', 'relay'] });
    await hub.webhooks.create(toAll);
    await hub.dispatch('message.created', { id: 1 });
    await until(() => jobs.length === 1);
    expect(http.sent).to.have.length(0);
    await hub.close();
  });

  it('sees at once what another process changed of the webhooks', async () => {
    const store = memoryStore();
    const [one, other] = [buildHub({ store }), buildHub({ store })];
    const { webhook } = await one.hub.webhooks.create(toAll);
    await one.hub.dispatch('message.created', { id: 1 });
    await one.hub.drain();
    await other.hub.webhooks.update(webhook.id, { url: 'https://receiver.example/moved' });
    await one.hub.dispatch('message.created', { id: 2 });
    await one.hub.drain();
    await other.hub.webhooks.update(webhook.id, { active: false });
    await one.hub.dispatch('message.created', { id: 3 });
    await one.hub.drain();
    await other.hub.webhooks.create({ ...toAll, url: 'https://receiver.example/new' });
    await one.hub.dispatch('message.created', { id: 4 });
    await one.hub.drain();
    const paths = one.http.sent.map(({ url }) => url.split('/').at(-1));
    expect(paths).to.deep.equal(['hook', 'moved', 'new']);
    await Promise.all([one.hub.close(), other.hub.close()]);
  });

  it('reads the webhooks once for any number of events', async () => {
    const store = memoryStore();
    let reads = 0;
    const ofAccounts = store.webhooks.ofAccounts.bind(store.webhooks);
    store.webhooks.ofAccounts = (accountIds) => {
      reads += 1;
      return ofAccounts(accountIds);
    };
    const { hub, http } = buildHub({ store });
    await hub.webhooks.create(toAll);
    for (let i = 0; i < 20; i += 1) await hub.dispatch('message.created', { id: i });
    await hub.drain();
    expect([reads, http.sent.length]).to.deep.equal([1, 20]);
    await hub.close();
  });

  it('does not read the webhooks for ever where they change faster than that', async () => {
    const store = memoryStore();
    let reads = 0;
    const ofAccounts = store.webhooks.ofAccounts.bind(store.webhooks);
    store.webhooks.ofAccounts = async (accountIds) => {
      reads += 1;
      const { webhooks } = await ofAccounts(accountIds);
      return { webhooks, version: `gone ${reads}` };
    };
    const { hub, http } = buildHub({ store });
    await hub.webhooks.create(toAll);
    await hub.dispatch('message.created', { id: 1 });
    await hub.drain();
    expect([reads, http.sent.length]).to.deep.equal([3, 1]);
    await hub.close();
  });

  it('gives back what was stored as its own when the hub was closed already', async () => {
    const store = memoryStore();
    const settle = store.events.settle.bind(store.events);
    let goOn = () => {};
    store.events.settle = async (fanOut) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return settle(fanOut);
    };
    const { hub, http, clock } = buildHub({ store });
    await hub.webhooks.create(toAll);
    await hub.dispatch('message.created', { id: 1 });
    await hub.close({ timeoutMs: 0 });
    goOn();
    await until(async () => (await store.deliveries.list({ limit: 1 })).length === 1);
    const request = { limit: 10, now: clock.now(), leaseMs: 1_000, lease: 'lse_other' };
    await until(async () => (await store.deliveries.claim(request)).length === 1);
    expect(http.sent).to.have.length(0);
  });

  it('gives back what may be stored as its own where the answer of the store was lost', async () => {
    const store = memoryStore();
    const settle = store.events.settle.bind(store.events);
    let isLost = false;
    store.events.settle = async (fanOut) => {
      const answer = await settle(fanOut);
      if (isLost) return answer;
      isLost = true;
      throw new HooklineError('STORE_UNAVAILABLE', { store: 'memory' });
    };
    const { hub, http, clock } = buildHub({ store });
    await hub.webhooks.create(toAll);
    const startedAt = clock.now();
    await hub.dispatch('message.created', { id: 1 });
    await until(async () => {
      await clock.advance(100);
      return http.sent.length === 1;
    });
    expect(clock.now() - startedAt).to.be.below(5_000);
    await hub.close();
  });

  it('splits what is owed to thousands of webhooks into writes of a bearable size', async () => {
    const store = memoryStore();
    const sizes: number[] = [];
    const settle = store.events.settle.bind(store.events);
    store.events.settle = (fanOut) => {
      sizes.push(fanOut.deliveries.length);
      return settle(fanOut);
    };
    const { hub, http } = buildHub({ store });
    for (let i = 0; i < 900; i += 1) await hub.webhooks.create(toAll);
    await Promise.all(Array.from({ length: 7 }, (_, id) => hub.dispatch('message.created', { id })));
    await hub.drain();
    expect(sizes).to.deep.equal([1_800, 1_800, 1_800, 900]);
    expect(http.sent).to.have.length(6_300);
    await hub.close();
  });
});

describe('an event of a transaction', () => {
  it('goes out when that has ended, without a claim', async () => {
    const { store, claims } = watchedStore();
    const { hub, http } = buildHub({ store });
    await hub.start();
    await hub.webhooks.create(toAll);
    const transaction = pretendTransaction();
    await hub.dispatch('message.created', { id: 1 }, { transaction });
    await hub.drain();
    expect(http.sent).to.have.length(0);
    transaction.commit();
    await hub.drain();
    expect(http.sent).to.have.length(1);
    expect(claims.events).to.deep.equal([]);
    await hub.close();
  });

  it('is claimed first where sync listeners hear it: whether it was committed only the store knows', async () => {
    const { store, claims } = watchedStore();
    const { hub } = buildHub({ store });
    await hub.start();
    const heard: string[] = [];
    hub.on('*', ({ id }) => void heard.push(id));
    const transaction = pretendTransaction();
    const { id } = await hub.dispatch('message.created', { id: 1 }, { transaction });
    transaction.commit();
    await hub.drain();
    expect(heard).to.deep.equal([id]);
    expect(claims.events.map(({ ids }) => ids)).to.deep.equal([[id]]);
    await hub.close();
  });

  it('that was not committed after all owes nothing', async () => {
    const store = memoryStore();
    const callbacks: (() => void)[] = [];
    store.events.insert = async () => {};
    store.afterCommit = (_, callback) => void callbacks.push(callback);
    const { hub, http, logger } = buildHub({ store });
    await hub.start();
    await hub.webhooks.create(toAll);
    const heard: string[] = [];
    hub.on('message.read', ({ id }) => void heard.push(id));
    for (const type of ['message.created', 'message.read'])
      await hub.dispatch(type, {}, { transaction: pretendTransaction() });
    for (const callback of callbacks) callback();
    await hub.drain();
    expect([http.sent, heard, logger.of('error')]).to.deep.equal([[], [], []]);
    await hub.close();
  });

  it('is left in the store where the transaction has very many', async () => {
    const { store, claims } = watchedStore();
    const { hub, http } = buildHub({ store });
    await hub.start();
    await hub.webhooks.create(toAll);
    const transaction = pretendTransaction();
    for (let id = 0; id < 600; id += 1) await hub.dispatch('message.created', { id }, { transaction });
    transaction.commit();
    await hub.drain();
    expect(http.sent).to.have.length(600);
    expect(claims.events.length).to.be.greaterThan(0);
    await hub.close();
  });
});
