import { memoryStore, type NewWebhook } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { buildSubscribed } from '../../support/build-subscribed.js';
import { aReply } from '../../support/scripted-http-client.js';

const MINUTE = 60_000;
const RETRY = Array.from({ length: 50 }, () => MINUTE);

/** A receiver that fails until its circuit is open. */
async function withOpenCircuit(parts: Partial<NewWebhook> = {}) {
  const store = memoryStore();
  const world = await buildSubscribed(parts, { store, retry: RETRY });
  world.state.failing.add('"n');
  for (let n = 0; n < 25; n++) await world.dispatch(n, n);
  world.clock.advance(MINUTE);
  world.state.failing.clear();
  return { ...world, store };
}

describe('a probe of an open circuit', () => {
  it('that ends by an error of ours leaves the way to the next', async () => {
    const { hub, http, store, clock } = await withOpenCircuit();
    const settle = store.deliveries.settle.bind(store.deliveries);
    let failures = 1;
    store.deliveries.settle = async (results) => {
      if (failures-- > 0) throw new Error('deadlock detected');
      return settle(results);
    };
    for (let i = 0; i < 30; i++) {
      await hub.drain();
      clock.advance(MINUTE);
    }
    expect(http.sent.length).to.be.at.least(45);
    expect(await hub.deliveries.list({ state: 'delivered', limit: 100 })).to.have.length(25);
  });

  it('for which no token was to be had tells nothing of the receiver', async () => {
    const { hub, http, clock } = buildHub({ retry: RETRY });
    const auth = {
      type: 'oauth2',
      tokenUrl: 'https://token.example/',
      clientId: 'me',
      clientSecret: 'secret',
    } as const;
    await hub.webhooks.create({ url: 'https://receiver.example/', subscriptions: ['*'], auth });
    let tokens = true;
    http.send = async (request) => {
      http.sent.push(request);
      if (request.url.startsWith('https://receiver')) return aReply({ status: 500 });
      const body = Buffer.from(JSON.stringify({ access_token: 'abc', expires_in: 1 }));
      return tokens ? aReply({ status: 200, body }) : aReply({ status: 500 });
    };
    for (let n = 0; n < 25; n++) {
      await hub.dispatch('order.paid', { n });
      await hub.drain();
    }
    tokens = false;
    clock.advance(MINUTE);
    await hub.drain();
    const held = (await hub.deliveries.list({ limit: 100 })).filter(({ hold }) => hold === 'circuit');
    expect(held.length, 'the circuit stays open').to.be.above(20);
  });
});

describe('what was put aside by a process that is gone', () => {
  it('comes back with the first of it that gets through', async () => {
    const { store, hub, clock } = await withOpenCircuit();
    await hub.close();
    const next = buildHub({ store, clock, retry: RETRY });
    for (let i = 0; i < 3; i++) {
      await next.hub.drain();
      next.clock.advance(1_000);
    }
    clock.advance(2 * MINUTE);
    for (let i = 0; i < 5; i++) {
      await next.hub.drain();
      clock.advance(1_000);
    }
    expect(await next.hub.deliveries.list({ state: 'delivered', limit: 100 })).to.have.length(25);
    await next.hub.close();
  });
});

describe('turns of a rate limit', () => {
  it('are taken anew where the limit is changed', async () => {
    const { hub, http, webhook, clock } = await buildSubscribed({ rateLimit: { count: 1, perMs: MINUTE } });
    for (let n = 0; n < 30; n++) await hub.dispatch('order.paid', { n });
    await hub.drain();
    expect(http.sent).to.have.length(1);
    await hub.webhooks.update(webhook.id, { rateLimit: { count: 10, perMs: 1_000 } });
    for (let i = 0; i < 35; i++) {
      await hub.drain();
      clock.advance(100);
    }
    expect(http.sent).to.have.length(30);
  });

  it('that were missed by far are not all used at once', async () => {
    const store = memoryStore();
    const { hub, http, clock } = await buildSubscribed({ rateLimit: { count: 10, perMs: 1_000 } }, { store });
    for (let n = 0; n < 100; n++) await hub.dispatch('order.paid', { n });
    await hub.drain();
    await hub.close();
    clock.advance(60_000);
    const next = buildHub({ store, clock });
    await next.hub.drain();
    expect(http.sent.length + next.http.sent.length).to.be.below(30);
    for (let i = 0; i < 120; i++) {
      clock.advance(100);
      await next.hub.drain();
    }
    expect(http.sent.length + next.http.sent.length).to.equal(100);
    await next.hub.close();
  });
});

describe('deliveries in order behind one that is cancelled', () => {
  it('have their turn at once', async () => {
    const { hub, http } = buildHub({
      serialize: ({ data }) => ((data as { n: number }).n < 8 ? undefined : { data }),
    });
    const order = 'webhook';
    await hub.webhooks.create({ url: 'https://receiver.example/', subscriptions: ['*'], order });
    for (let n = 0; n < 9; n++) await hub.dispatch('order.paid', { n });
    await hub.drain();
    expect(http.sent).to.have.length(1);
    expect(await hub.deliveries.list({ state: 'cancelled' })).to.have.length(8);
  });
});

describe('a webhook with another URL', () => {
  it('has a lane of its own, whatever comes of attempts to the old one', async () => {
    const { hub, http } = buildHub({ retry: RETRY });
    const { webhook } = await hub.webhooks.create({
      ...{ url: 'https://old.example/', subscriptions: ['*'], concurrency: 2 },
    });
    const open: (() => void)[] = [];
    let most = 0;
    http.send = (request) => {
      http.sent.push(request);
      return new Promise((resolve) => {
        open.push(() => resolve(aReply({ status: 204 })));
        most = Math.max(most, http.sent.filter(({ url }) => url.includes('new')).length);
      });
    };
    for (let n = 0; n < 2; n++) await hub.dispatch('order.paid', { n });
    await until(() => http.sent.length === 2);
    await hub.webhooks.update(webhook.id, { url: 'https://new.example/' });
    for (let n = 0; n < 6; n++) await hub.dispatch('order.paid', { n });
    await until(() => http.sent.length === 4);
    for (const answer of open.splice(0, 2)) answer();
    await turns();
    expect(most, 'of the new URL').to.equal(2);
    while (http.sent.length < 8 || open.length > 0) {
      for (const answer of open.splice(0)) answer();
      await turns();
    }
    await hub.close();
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turns();
}

async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
