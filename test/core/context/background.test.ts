import {
  type Context,
  currentContext,
  defineEvents,
  github,
  memoryStore,
  payload,
  type RetryPolicy,
  type Role,
  type WakeUps,
  withContext,
} from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { inProcessQueue } from '../../../packages/core/src/adapters/in-process-queue.js';
import { buildHub } from '../../support/build-hub.js';
import { pretendTransaction } from '../../support/pretend-transaction.js';
import { ScriptedHttpClient } from '../../support/scripted-http-client.js';
import { signedRequest } from '../../support/signed-request.js';
import { until } from '../../support/until.js';

const events = defineEvents({ 'order.paid': payload<{ id: number }>() });
const REQUEST: Context = { account: 42, requestId: 'of the request' };
const inRequest = <Result>(work: () => Result) => withContext(REQUEST, work);

/** Notes each call of a port that is made in the context of the request, which that of an event is not. */
function watch<Port extends object>(name: string, port: Port, calls: Set<string>): Port {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      const path = `${name}.${String(key)}`;
      if (typeof value === 'object' && value !== null) return watch(path, value, calls);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        const { requestId, causationId } = currentContext();
        if (requestId === REQUEST.requestId && causationId === undefined) calls.add(path);
        return value.apply(target, given);
      };
    },
  });
}

function watchedHub(roles: readonly Role[] = ['relay', 'worker']) {
  const calls = new Set<string>();
  const clock = fakeClock();
  const wakeUps: WakeUps = { announce: async () => {}, listen: async () => async () => {} };
  const retry: RetryPolicy = { maxAttempts: 3, delayMsAfterAttempt: (count) => (count < 3 ? 1_000 : null) };
  const feed = { name: 'rows', pull: async () => 0 };
  const http = new ScriptedHttpClient();
  const { hub } = buildHub({
    events,
    roles,
    clock: watch('clock', clock, calls),
    store: watch('store', Object.assign(memoryStore(), { wakeUps }), calls),
    queue: watch('queue', inProcessQueue(clock), calls),
    http: watch('http', http, calls),
    retry: watch('retry', retry, calls),
  });
  hub.addSource('github', github({ secret: 'secret' }));
  return { hub, http, clock, calls, feed: watch('feed', feed, calls) };
}

/** What a request asks of the store itself is its own business, and in its context. */
describe('what a hub does in the background', () => {
  it('is in no context, whichever request began it', async () => {
    const { hub, http, clock, calls, feed } = watchedHub();
    http.replyWith(500, 500);
    hub.on('order.paid', async () => {});
    hub.on('order.paid', async () => {}, { lane: 'async', name: 'a' });
    await inRequest(async () => {
      const transaction = pretendTransaction();
      await hub.dispatch('order.paid', { id: 1 }, { transaction });
      hub.addFeed(feed).wake(transaction);
      transaction.commit();
      await hub.webhooks.create({ accountId: 42, url: 'https://receiver.example/', subscriptions: ['*'] });
      await hub.dispatch('order.paid', { id: 2 });
      await hub.dispatchAll([{ type: 'order.paid', data: { id: 3 } }]);
      const signed = signedRequest.github({ event: 'ping', body: {}, secret: 'secret' });
      await hub.receive('github', { ...signed, body: Buffer.from(signed.body), method: 'POST', url: '/' });
      await hub.drain();
    });
    for (let passed = 0; passed < 4; passed++) await clock.advance(30_000);
    await until(async () => (await hub.deliveries.list({ state: 'delivered' })).length > 1);
    const [delivery] = await hub.deliveries.list({ state: 'delivered' });
    await inRequest(() => hub.deliveries.redeliver(delivery?.id ?? ''));
    await until(async () => http.sent.length === 6);
    await inRequest(() => hub.close());

    expect([...calls].sort()).to.deep.equal([
      'clock.now',
      'store.afterCommit',
      'store.deliveries.get',
      'store.deliveries.redeliver',
      'store.events.insert',
      'store.webhooks.get',
      'store.webhooks.insert',
    ]);
  });

  it('is in no context either where other processes are told of it', async () => {
    const { hub, clock, calls } = watchedHub(['web']);
    await inRequest(async () => {
      const transaction = pretendTransaction();
      await hub.dispatch('order.paid', { id: 1 }, { transaction });
      transaction.commit();
      await hub.dispatch('order.paid', { id: 2 });
    });
    await clock.advance(1_000);
    await inRequest(() => hub.close());
    expect([...calls].sort()).to.deep.equal(['clock.now', 'store.afterCommit', 'store.events.insert']);
  });
});
