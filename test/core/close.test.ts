import { createHub, type HttpClient, memoryStore } from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { aClaim, anEvent } from '../contracts/store-records.js';
import { expectError } from '../support/expect-error.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { aReply } from '../support/scripted-http-client.js';

const URL = 'https://receiver.example/hook';

/** A client that never answers until it is closed, and then with an error, as undici does. */
class HangingHttpClient implements HttpClient {
  sent = 0;
  #closers: (() => void)[] = [];

  async send() {
    this.sent += 1;
    await new Promise<void>((resolve) => {
      this.#closers.push(resolve);
    });
    return { kind: 'error', reason: 'connect', message: 'The client is destroyed', durationMs: 1 } as const;
  }

  async close() {
    for (const close of this.#closers) close();
  }
}

const tick = async (times = 50) => {
  for (let i = 0; i < times; i++) await new Promise(setImmediate);
};

describe('hub.close', () => {
  it('gives back at its deadline what still runs, and blames no receiver for it', async () => {
    const store = memoryStore();
    const http = new HangingHttpClient();
    const hub = createHub({
      store,
      http,
      clock: fakeClock(),
      logger: new RecordingLogger(),
      delivery: { concurrency: 5 },
    });
    await hub.webhooks.create({ url: URL, subscriptions: ['*'] });
    for (let i = 0; i < 20; i++) await hub.dispatch('order.paid', { i });
    while (http.sent < 5) await tick(1);

    await hub.close({ timeoutMs: 20 });
    await tick();

    expect(http.sent).to.equal(5);
    const deliveries = await store.deliveries.list({ limit: 100 });
    expect(deliveries.map(({ state }) => state)).to.deep.equal(Array(20).fill('pending'));
    for (const { id, attemptCount } of deliveries) {
      expect({ attemptCount, attempts: await store.deliveries.attempts(id) }).to.deep.equal({
        attemptCount: 0,
        attempts: [],
      });
    }
    const successor = createHub({
      store,
      http: { send: async () => aReply({ status: 204 }), close: async () => {} },
      clock: fakeClock(),
      logger: new RecordingLogger(),
    });
    await successor.drain();
    const states = (await store.deliveries.list({ limit: 100 })).map(({ state }) => state);
    expect(states).to.deep.equal(Array(20).fill('delivered'));
    await successor.close();
  });

  it('hands out nothing more, though a listener hangs', async () => {
    const store = memoryStore();
    const http = new HangingHttpClient();
    const hub = createHub({ store, http, clock: fakeClock(), logger: new RecordingLogger() });
    await hub.webhooks.create({ url: URL, subscriptions: ['order.paid'] });
    hub.on('order.stuck', () => new Promise(() => {}));
    await hub.start();
    void hub.dispatch(
      'order.stuck',
      {},
      { transaction: { afterCommit: (callback: () => void) => callback() } },
    );
    await tick();
    await hub.close({ timeoutMs: 10 });
    await store.events.insert([
      { ...(await store.events.list({ limit: 1 }))[0], id: 'evt_late', type: 'order.paid' } as never,
    ]);
    await tick();
    expect(http.sent).to.equal(0);
  });

  it('ends, and closes its client, though the store fails', async () => {
    const logger = new RecordingLogger();
    const store = memoryStore();
    const http = new HangingHttpClient();
    let isClosed = false;
    http.close = async () => {
      isClosed = true;
    };
    const hub = createHub({ store, http, clock: fakeClock(), logger });
    await hub.webhooks.create({ url: URL, subscriptions: ['*'] });
    await hub.dispatch('order.paid', {});
    while (http.sent === 0) await tick(1);
    store.deliveries.release = async () => {
      throw new Error('gone');
    };
    await hub.close({ timeoutMs: 10 });
    expect(isClosed).to.equal(true);
    expect(logger.of('error').map(({ fields }) => fields.error)).to.deep.equal(['gone']);
  });

  it('ends a start that is under way', async () => {
    const store = memoryStore();
    let opened = () => {};
    const open = () =>
      new Promise<void>((resolve) => {
        opened = resolve;
      });
    const hub = createHub({ store: { ...store, open }, logger: new RecordingLogger() });
    const starting = hub.start();
    const closing = hub.close({ timeoutMs: 1_000 });
    opened();
    await expectError('HUB_CLOSED', () => starting);
    await closing;
  });

  it('is done at once for a hub that never started, and may be called twice', async () => {
    const hub = createHub({ logger: new RecordingLogger() });
    await Promise.all([hub.close(), hub.close()]);
  });

  it('waits for a dispatch that is under way, and for its fan-out', async () => {
    const store = memoryStore();
    const hub = createHub({ store, clock: fakeClock(), logger: new RecordingLogger() });
    await hub.webhooks.create({ url: URL, subscriptions: ['*'] });
    let goOn = () => {};
    const going = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    hub.on('order.paid', () => going);
    const dispatched = hub.dispatch('order.paid', {});
    await tick();
    let isClosed = false;
    const closed = hub.close().then(() => {
      isClosed = true;
    });
    await tick();
    expect(isClosed).to.equal(false);
    goOn();
    await Promise.all([dispatched, closed]);
    expect(await store.deliveries.list({ limit: 10 })).to.have.length(1);
  });

  it('gives back, unheard, what a sweep had just claimed', async () => {
    const store = memoryStore();
    const { claim } = store.events;
    let goOn = () => {};
    const going = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    store.events.claim = async (request) => {
      await going;
      return claim.call(store.events, request);
    };
    const event = anEvent();
    await store.events.insert([event]);
    const hub = createHub({ store, clock: fakeClock(), logger: new RecordingLogger() });
    await hub.start();
    const closed = hub.close();
    goOn();
    await closed;
    const [claimed] = await claim.call(store.events, aClaim());
    expect(claimed).to.deep.equal({ event, isHeard: false });
  });

  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 40, -1, Number.NaN, 'soon' as unknown as number]) {
    it(`waits for what is in hand, though the time it may take is ${timeoutMs}`, async () => {
      const http = new HangingHttpClient();
      const hub = createHub({ http, clock: fakeClock(), logger: new RecordingLogger() });
      await hub.webhooks.create({ url: URL, subscriptions: ['*'] });
      await hub.dispatch('order.paid', {});
      while (http.sent < 1) await tick(1);
      let isClosed = false;
      const closed = hub.close({ timeoutMs }).then(() => {
        isClosed = true;
      });
      await tick(500);
      expect(isClosed).to.equal(false);
      await http.close();
      await closed;
    });
  }
});
