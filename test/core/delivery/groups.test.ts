import type { NewWebhook } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { buildSubscribed as build } from '../../support/build-subscribed.js';
import { expectError } from '../../support/expect-error.js';

const INPUT = { url: 'https://receiver.example/', subscriptions: ['*'] };
const MINUTE = 60_000;

describe('deliveries in order', () => {
  it('wait for the one before them about the same subject, and for no other', async () => {
    const { hub, state, dispatch, sent, clock } = await build({ order: 'subject' });
    state.failing.add('"n1"');
    for (const [id, n] of [
      [7, 1],
      [7, 2],
      [8, 3],
      [7, 4],
    ] as const)
      await dispatch(id, n);
    expect(sent()).to.deep.equal(['n1', 'n3']);
    const held = (await hub.deliveries.list()).filter(({ hold }) => hold === 'predecessor');
    expect(held.map(({ state: each, attemptCount }) => [each, attemptCount])).to.deep.equal([
      ['pending', 0],
      ['pending', 0],
    ]);
    state.failing.clear();
    clock.advance(2 * MINUTE);
    await hub.drain();
    expect(sent()).to.deep.equal(['n1', 'n3', 'n1', 'n2', 'n4']);
    const counts = (await hub.deliveries.list()).map(({ attemptCount }) => attemptCount);
    expect(counts.sort(), 'waiting is no attempt').to.deep.equal([1, 1, 1, 2]);
  });

  it('go on after one that is exhausted', async () => {
    const { hub, state, dispatch, sent, clock } = await build({ order: 'subject' });
    state.failing.add('"n1"');
    await dispatch(7, 1);
    await dispatch(7, 2);
    for (let i = 0; i < 3; i++) {
      clock.advance(2 * MINUTE);
      await hub.drain();
    }
    expect(sent()).to.deep.equal(['n1', 'n1', 'n1', 'n2']);
  });

  it('are all of a webhook where that is asked for', async () => {
    const { hub, state, dispatch, sent, clock } = await build({ order: 'webhook' });
    state.failing.add('"n1"');
    for (const [id, n] of [
      [7, 1],
      [8, 2],
      [9, 3],
    ] as const)
      await dispatch(id, n);
    expect(sent()).to.deep.equal(['n1']);
    state.failing.clear();
    clock.advance(2 * MINUTE);
    await hub.drain();
    expect(sent()).to.deep.equal(['n1', 'n1', 'n2', 'n3']);
  });

  it('keep their order through a pause', async () => {
    const { hub, webhook, dispatch, sent } = await build({ order: 'subject' });
    await hub.webhooks.pause(webhook.id);
    for (const n of [1, 2, 3]) await dispatch(7, n);
    expect(sent()).to.deep.equal([]);
    await hub.webhooks.resume(webhook.id);
    await hub.drain();
    expect(sent()).to.deep.equal(['n1', 'n2', 'n3']);
  });

  it('are all due where order is taken out', async () => {
    const { hub, webhook, state, dispatch, sent } = await build({ order: 'subject' });
    state.failing.add('"n1"');
    for (const n of [1, 2, 3]) await dispatch(7, n);
    await hub.webhooks.update(webhook.id, { order: null });
    await hub.drain();
    expect(sent().sort()).to.deep.equal(['n1', 'n2', 'n3']);
  });
});

describe('a rate limit', () => {
  it('spreads attempts over the time, and loses none', async () => {
    const { hub, http, clock } = await build({ rateLimit: { count: 2, perMs: 1_000 } });
    for (let n = 0; n < 6; n++) await hub.dispatch('order.paid', { n });
    const times: number[] = [];
    for (let tick = 0; tick < 40; tick++) {
      await hub.drain();
      while (times.length < http.sent.length) times.push(tick * 100);
      clock.advance(100);
    }
    expect(times).to.deep.equal([0, 500, 1_000, 1_500, 2_000, 2_500]);
  });
});

describe('settings of a webhook', () => {
  for (const settings of [
    { order: 'subject', batch: { maxItems: 2, maxWaitMs: 0 } },
    { order: 'webhook', debounceMs: 5 },
    { batch: { maxItems: 2, maxWaitMs: 0 }, debounceMs: 5 },
    { order: 'both' },
    { batch: { maxItems: 1, maxWaitMs: 0 } },
    { batch: { maxItems: 2 } },
    { batch: { maxItems: 2, maxWaitMs: 0, more: 1 } },
    { rateLimit: { count: 0, perMs: 1_000 } },
    { rateLimit: 5 },
    { concurrency: 0 },
    { timeoutMs: 70_000 },
    { retry: [-1] },
    { retry: 'often' },
    { clientErrors: 'ignore' },
    { profile: 'mine' },
    { payload: 'thick' },
    { debounceMs: 0 },
  ] as unknown as readonly Partial<NewWebhook>[]) {
    it(`are refused: ${JSON.stringify(settings)}`, async () => {
      const { hub } = buildHub();
      await expectError('VALIDATION_FAILED', () => hub.webhooks.create({ ...INPUT, ...settings }));
    });
  }

  it('are shown, changed one by one, and taken out by null', async () => {
    const { hub } = buildHub();
    const { webhook } = await hub.webhooks.create({
      ...INPUT,
      timeoutMs: 5_000,
      retry: [1_000],
      order: 'subject',
    });
    expect(webhook).to.deep.include({ timeoutMs: 5_000, retry: [1_000], order: 'subject' });
    const changed = await hub.webhooks.update(webhook.id, { timeoutMs: 6_000, order: null, debounceMs: 10 });
    expect(changed)
      .to.deep.include({ timeoutMs: 6_000, retry: [1_000], debounceMs: 10 })
      .and.not.have.property('order');
  });

  it('have their own retry schedule, deadline and meaning of client errors', async () => {
    const { hub, http, clock } = buildHub({ retry: [] });
    await hub.webhooks.create({ ...INPUT, retry: [MINUTE], timeoutMs: 123, clientErrors: 'give-up' });
    http.replyWith(500, 404);
    await hub.dispatch('order.paid', {});
    await hub.drain();
    expect(http.sent[0]?.timeoutMs).to.equal(123);
    clock.advance(2 * MINUTE);
    await hub.drain();
    expect((await hub.deliveries.list())[0]).to.include({
      state: 'exhausted',
      attemptCount: 2,
      reason: 'status',
    });
  });
});
