import { rawBody } from '@hookline/core';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { buildSubscribed as build } from '../../support/build-subscribed.js';

const MINUTE = 60_000;

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

  it('do not wait for one that failed, which is not sent after them', async () => {
    const { hub, state, dispatch, sent, clock } = await build({ debounceMs: 1_000 });
    state.failing.add('"n1"');
    await dispatch(7, 1);
    clock.advance(1_000);
    await hub.drain();
    await dispatch(7, 2);
    clock.advance(1_000);
    await hub.drain();
    for (let tick = 0; tick < 3; tick++) {
      clock.advance(2 * MINUTE);
      await hub.drain();
    }
    expect(sent()).to.deep.equal(['n1', 'n2']);
    expect((await hub.deliveries.list({ state: 'cancelled' }))[0]).to.include({ reason: 'superseded' });
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
  const names = (bodies: readonly { readonly data: { readonly n: string } }[][]) =>
    bodies.map((items) => items.map(({ data }) => data.n));

  it('go out together, in order, each with the id of its event, signed as one', async () => {
    const { hub, http, secret, dispatch, clock, bodies } = await build({
      batch: { maxItems: 3, maxWaitMs: 1_000 },
    });
    for (const n of [1, 2]) await dispatch(n, n);
    expect(http.sent).to.have.length(0);
    for (const n of [3, 4]) await dispatch(n, n);
    expect(http.sent, 'as many as go together wait for no more').to.have.length(1);
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

  it('do not wait for one that failed', async () => {
    const { hub, http, state, dispatch, clock, bodies } = await build({
      batch: { maxItems: 10, maxWaitMs: 1_000 },
    });
    state.failing.add('"n1"');
    await dispatch(1, 1);
    clock.advance(1_000);
    await hub.drain();
    for (const n of [2, 3]) await dispatch(n, n);
    clock.advance(1_000);
    await hub.drain();
    expect(http.sent).to.have.length(2);
    expect(names(bodies())).to.deep.equal([['n1'], ['n2', 'n3']]);
    const [failed] = await hub.deliveries.list({ state: 'retrying' });
    expect(failed?.attemptCount).to.equal(1);
  });

  it('that wait in great number go out one batch after the other, at once', async () => {
    const { hub, http, clock } = await build({ batch: { maxItems: 10, maxWaitMs: 1_000 } });
    await hub.dispatchAll(Array.from({ length: 1_003 }, (_, n) => ({ type: 'order.updated', data: { n } })));
    await hub.drain();
    expect(http.sent).to.have.length(100);
    clock.advance(1_000);
    await hub.drain();
    expect(http.sent).to.have.length(101);
    expect(await hub.deliveries.list({ state: 'delivered', limit: 100 })).to.have.length(100);
    const ids = http.sent.flatMap(({ body }) => JSON.parse(String(body)).map(({ id }: { id: string }) => id));
    expect(new Set(ids).size).to.equal(1_003);
  });

  it('take one turn of a rate limit together, also those that are tried again', async () => {
    const { hub, http, state, dispatch, clock, bodies } = await build({
      batch: { maxItems: 10, maxWaitMs: 100 },
      rateLimit: { count: 1, perMs: 10 * MINUTE },
    });
    state.failing.add('"n2"');
    for (const n of [1, 2, 3]) await dispatch(n, n);
    clock.advance(100);
    await hub.drain();
    state.failing.clear();
    for (let tick = 0; tick < 12; tick++) {
      clock.advance(MINUTE);
      await hub.drain();
    }
    expect(http.sent).to.have.length(2);
    expect(names(bodies())).to.deep.equal([
      ['n1', 'n2', 'n3'],
      ['n1', 'n2', 'n3'],
    ]);
  });

  it('leave out what is no JSON, and send the others', async () => {
    const { hub, http, logger, clock } = await build(
      { batch: { maxItems: 3, maxWaitMs: 100 }, transform: 'mine' },
      {
        transforms: {
          mine: ({ data }) => ((data as { n: number }).n === 2 ? rawBody('two', 'text/plain') : data),
        },
      },
    );
    await hub.dispatchAll([1, 2, 3].map((n) => ({ type: 'order.updated', data: { n } })));
    await hub.drain();
    clock.advance(100);
    await hub.drain();
    expect(http.sent.map(({ body }) => String(body))).to.deep.equal(['[{"n":1},{"n":3}]']);
    const states = (await hub.deliveries.list()).map(({ state, reason }) => [state, reason]);
    expect(states).to.have.deep.members([
      ['delivered', null],
      ['retrying', 'internal'],
      ['delivered', null],
    ]);
    const problems = logger.lines.map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`);
    expect(problems.join()).to.contain('text/plain');
  });

  it('are what a transform makes, which has its own ids', async () => {
    const { hub, http, clock } = await build(
      { batch: { maxItems: 3, maxWaitMs: 100 }, transform: 'mine' },
      { transforms: { mine: ({ id, data }) => ({ n: (data as { n: number }).n, id }) } },
    );
    const events = await hub.dispatchAll([1, 2].map((n) => ({ type: 'order.updated', data: { n } })));
    await hub.drain();
    clock.advance(100);
    await hub.drain();
    expect(JSON.parse(String(http.sent[0]?.body))).to.deep.equal(
      events.map(({ id }, index) => ({ n: index + 1, id })),
    );
  });

  it('are cancelled one after the other where their webhook is gone', async () => {
    const { hub, webhook, dispatch, clock } = await build({ batch: { maxItems: 10, maxWaitMs: 100 } });
    for (const n of [1, 2, 3]) await dispatch(n, n);
    await hub.webhooks.delete(webhook.id);
    clock.advance(100);
    await hub.drain();
    const ends = (await hub.deliveries.list()).map(({ state, reason }) => [state, reason]);
    expect(ends).to.deep.equal(Array(3).fill(['cancelled', 'webhook-deleted']));
  });
});
