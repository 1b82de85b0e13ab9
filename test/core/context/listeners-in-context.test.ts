import { setImmediate as turn } from 'node:timers/promises';
import {
  type Context,
  currentContext,
  defineEvents,
  type Event,
  memoryStore,
  payload,
  withContext,
} from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { pretendTransaction } from '../../support/pretend-transaction.js';

const events = defineEvents({
  'order.paid': payload<{ id: number }>(),
  'order.shipped': payload<{ id: number }>(),
  'cart.shown': payload<{ id: number }>({ transient: true }),
});
const CONTEXT: Context = { actor: { type: 'user', id: 7 }, account: 42, requestId: 'r1' };

/** The context that an event is handled in: all of the dispatch's, and the event as the cause. */
const following = (event: Event): Context => ({
  ...CONTEXT,
  causationId: event.id,
  correlationId: event.id,
  depth: 1,
});

describe('the context of listeners', () => {
  for (const type of ['order.paid', 'cart.shown'] as const) {
    it(`is that of their event alone, in the sync lane, before and after waiting: ${type}`, async () => {
      const { hub } = buildHub({ events });
      const seen: Context[] = [];
      hub.on(type, () => void seen.push(currentContext()));
      hub.on(type, async () => {
        seen.push(currentContext());
        await turn();
        seen.push(currentContext());
      });
      hub.on(type, () => void seen.push(currentContext()));
      const event = await withContext(CONTEXT, async () => {
        const dispatched = await hub.dispatch(type, { id: 1 });
        expect(currentContext()).to.deep.equal(CONTEXT);
        return dispatched;
      });
      expect(seen).to.deep.equal(Array.from({ length: 4 }, () => following(event)));
      await hub.close();
    });
  }

  it('has nothing of the request around that the event does not have', async () => {
    const { hub } = buildHub({ events });
    const seen: Context[] = [];
    hub.on('order.paid', () => void seen.push(currentContext()));
    const { id } = await withContext(CONTEXT, () => hub.dispatch('order.paid', { id: 1 }, { context: {} }));
    expect(seen).to.deep.equal([{ account: null, causationId: id, correlationId: id, depth: 1 }]);
    await hub.close();
  });

  it('is there behind a commit, and in the async lane', async () => {
    const { hub } = buildHub({ events });
    const seen: Context[] = [];
    hub.on('order.paid', () => void seen.push(currentContext()));
    hub.on('order.paid', () => void seen.push(currentContext()), { lane: 'async', name: 'a' });
    const transaction = pretendTransaction();
    const event = await withContext(CONTEXT, () => hub.dispatch('order.paid', { id: 1 }, { transaction }));
    withContext({ account: 1 }, () => transaction.commit());
    await hub.drain();
    expect(seen).to.deep.equal([following(event), following(event)]);
    await hub.close();
  });

  it('is restored in another process, at every retry', async () => {
    const [clock, store] = [fakeClock(), memoryStore()];
    const web = buildHub({ events, clock, store, roles: ['web'] }).hub;
    const worker = buildHub({
      events,
      clock,
      store,
      roles: ['relay', 'worker'],
      listenerRetry: [1_000, 1_000],
    }).hub;
    const seen: Context[] = [];
    const listener = async () => {
      seen.push(currentContext());
      await turn();
      seen.push(currentContext());
      if (seen.length < 6) throw new Error('not yet');
    };
    worker.on('order.paid', listener, { lane: 'async', name: 'a' });
    const event = await withContext(CONTEXT, () => web.dispatch('order.paid', { id: 1 }));
    for (let attempt = 0; attempt < 3; attempt++) {
      await withContext({ account: 1, requestId: 'other' }, () => worker.drain());
      await clock.advance(1_000);
    }
    expect(seen).to.deep.equal(Array.from({ length: 6 }, () => following(event)));
    await Promise.all([web.close(), worker.close()]);
  });

  it('makes a chain of what listeners dispatch', async () => {
    const { hub } = buildHub({ events });
    hub.on('order.paid', ({ data }) => hub.dispatch('order.shipped', data));
    const shipped: Event[] = [];
    hub.on('order.shipped', (event) => void shipped.push(event));
    const first = await withContext(CONTEXT, () => hub.dispatch('order.paid', { id: 1 }));
    await hub.drain();
    const [second] = shipped;
    expect(second).to.include({ causationId: first.id, correlationId: first.id, depth: 1 });
    expect(second).to.include({ accountId: 42, requestId: 'r1' });
    expect(second?.actor).to.deep.equal(CONTEXT.actor);
    await hub.close();
  });

  it('gives way to what a listener names', async () => {
    const { hub } = buildHub({ events });
    const other = await hub.dispatch('order.paid', { id: 0 });
    const dispatched: Event[] = [];
    hub.on('order.paid', async ({ data }) => {
      const named = { account: null, actor: { type: 'job', id: 1 }, cause: other };
      dispatched.push(await hub.dispatch('order.shipped', data, named));
      dispatched.push(await withContext({ account: 43 }, () => hub.dispatch('order.shipped', data)));
    });
    const paid = await withContext(CONTEXT, () => hub.dispatch('order.paid', { id: 1 }));
    const [named, within] = dispatched;
    expect(named).to.include({ accountId: null, causationId: other.id, correlationId: other.id, depth: 1 });
    expect(named?.actor).to.deep.equal({ type: 'job', id: 1 });
    expect(within).to.include({ accountId: 43, causationId: paid.id, requestId: 'r1' });
    await hub.close();
  });

  const failures: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error('at once');
    },
    rejects: async () => {
      await turn();
      throw new Error('later');
    },
  };
  for (const lane of ['sync', 'async'] as const) {
    for (const [failing, handler] of Object.entries(failures)) {
      it(`is that of onListenerError where a listener ${failing}, in the ${lane} lane`, async () => {
        const seen: Context[] = [];
        const onListenerError = () => void seen.push(currentContext());
        const { hub } = buildHub({ events, onListenerError });
        hub.on('order.paid', handler, { lane, name: 'failing' });
        const event = await withContext(CONTEXT, () => hub.dispatch('order.paid', { id: 1 }));
        await hub.drain();
        expect(seen).to.deep.equal([following(event)]);
        await hub.close();
      });
    }
  }

  it('is that of onListenerError where a listener does not end', async () => {
    const seen: Context[] = [];
    const onListenerError = () => void seen.push(currentContext());
    const { hub, clock } = buildHub({ events, onListenerError, listenerTimeoutMs: 1_000 });
    const started = new Promise<void>((resolve) => {
      const endless = () => new Promise(() => resolve());
      hub.on('order.paid', endless, { lane: 'async', name: 'endless' });
    });
    const event = await withContext(CONTEXT, () => hub.dispatch('order.paid', { id: 1 }));
    await started;
    await clock.advance(1_000);
    await turn();
    expect(seen).to.deep.equal([following(event)]);
    await hub.close({ timeoutMs: 0 });
  });
});
