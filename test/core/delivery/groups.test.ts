import type { NewWebhook } from '@hookline/core';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';
import { aReply } from '../../support/scripted-http-client.js';

const INPUT = { url: 'https://receiver.example/', subscriptions: ['*'] };
const MINUTE = 60_000;

async function build(parts: Partial<NewWebhook>) {
  const world = buildHub({ retry: [MINUTE, MINUTE] });
  const { hub, http } = world;
  const { webhook, secret } = await hub.webhooks.create({ ...INPUT, ...parts });
  const state = { failing: new Set<string>() };
  http.send = async (request) => {
    http.sent.push(request);
    const isFailing = [...state.failing].some((text) => String(request.body).includes(text));
    return aReply({ status: isFailing ? 500 : 204 });
  };
  const dispatch = async (id: number, n: number, type = 'order.updated') => {
    await hub.dispatch(type, { n: `n${n}` }, { subject: { type: 'Order', id } });
    await hub.drain();
  };
  const bodies = () => http.sent.map(({ body }) => JSON.parse(String(body)));
  const sent = () => bodies().map(({ data }) => data.n);
  return { ...world, webhook, secret, state, dispatch, bodies, sent };
}

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

describe('debounced deliveries', () => {
  it('become the last of those that come within the time of the first', async () => {
    const { hub, dispatch, sent, clock } = await build({ debounceMs: 1_000 });
    for (const n of [1, 2, 3]) await dispatch(7, n);
    await dispatch(8, 4);
    expect(sent()).to.deep.equal([]);
    clock.advance(1_000);
    await hub.drain();
    expect(sent().sort()).to.deep.equal(['n3', 'n4']);
    const cancelled = await hub.deliveries.list({ state: 'cancelled' });
    expect(cancelled.map(({ reason }) => reason)).to.deep.equal(['superseded', 'superseded']);
    await dispatch(7, 5);
    clock.advance(1_000);
    await hub.drain();
    expect(sent().at(-1)).to.equal('n5');
  });

  it('are of one type and about one subject', async () => {
    const { hub, dispatch, sent, clock } = await build({ debounceMs: 1_000 });
    await dispatch(7, 1, 'order.created');
    await dispatch(7, 2, 'order.updated');
    await hub.dispatch('order.listed', { n: 'n3' });
    await hub.drain();
    expect(sent(), 'what is about nothing waits for nothing').to.deep.equal(['n3']);
    clock.advance(1_000);
    await hub.drain();
    expect(sent().sort()).to.deep.equal(['n1', 'n2', 'n3']);
  });
});

describe('batched deliveries', () => {
  it('go out together, in order, each with the id of its event, signed as one', async () => {
    const { hub, http, secret, dispatch, clock, bodies } = await build({
      batch: { maxItems: 3, maxWaitMs: 1_000 },
    });
    for (const n of [1, 2, 3, 4]) await dispatch(n, n);
    expect(http.sent).to.deep.equal([]);
    clock.advance(1_000);
    await hub.drain();
    expect(bodies().map((items) => items.map(({ data }: { data: { n: string } }) => data.n))).to.deep.equal([
      ['n1', 'n2', 'n3'],
      ['n4'],
    ]);
    const events = (await hub.events.list()).map(({ id }) => id).reverse();
    expect(
      bodies()
        .flat()
        .map(({ id }) => id),
    ).to.deep.equal(events);
    const [request] = http.sent;
    expect(request?.headers).to.include({ 'hookline-event-type': 'hookline.batch' });
    const at = new Date(Number(request?.headers['webhook-timestamp']) * 1_000);
    const expected = new Webhook(secret).sign(
      request?.headers['webhook-id'] ?? '',
      at,
      String(request?.body),
    );
    expect(request?.headers['webhook-signature']).to.equal(expected);
    expect(
      (await hub.deliveries.list({ state: 'delivered' })).map(({ attemptCount }) => attemptCount),
    ).to.deep.equal([1, 1, 1, 1]);
  });

  it('that failed are tried again together, under the same id', async () => {
    const { hub, http, state, dispatch, clock } = await build({ batch: { maxItems: 10, maxWaitMs: 1_000 } });
    state.failing.add('"n2"');
    for (const n of [1, 2]) await dispatch(n, n);
    clock.advance(1_000);
    await hub.drain();
    state.failing.clear();
    clock.advance(2 * MINUTE);
    await hub.drain();
    expect(http.sent).to.have.length(2);
    expect(http.sent[0]?.headers['webhook-id']).to.equal(http.sent[1]?.headers['webhook-id']);
    expect(http.sent[0]?.body).to.deep.equal(http.sent[1]?.body);
    expect(
      (await hub.deliveries.list({ state: 'delivered' })).map(({ attemptCount }) => attemptCount),
    ).to.deep.equal([2, 2]);
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
