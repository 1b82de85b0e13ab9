import type { HubOptions, NewWebhook, Viewer } from '@hookline/core';
import { mountAdmin } from '@hookline/core/adapter';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { get, post } from '../../support/call-admin.js';
import { expectError } from '../../support/expect-error.js';

const INPUT = { url: 'https://receiver.example/', subscriptions: ['*'], accountId: 42 };
const ACCOUNT = { accountId: 42 };
const BY_COST = { 'data.costPrice': { $gte: 99 } };

interface Order {
  readonly total: number;
  readonly costPrice: number;
}

/** An account sees the total of an order, and nothing of an order below 0. */
const serialize: NonNullable<HubOptions['serialize']> = ({ data }) => {
  const { total } = data as Order;
  return total < 0 ? undefined : { data: { total, at: new Date(0) } };
};

async function build(parts: Partial<NewWebhook> = {}, options: HubOptions = {}) {
  const world = buildHub({ serialize, ...options });
  const { webhook } = await world.hub.webhooks.create({ ...INPUT, ...parts });
  const dispatch = (total: number, account = 42) =>
    world.hub.dispatch(
      'order.paid',
      { total, costPrice: 100 },
      {
        account,
        subject: { type: 'Order', id: 7 },
        changes: { costPrice: { previous: 1, current: 100 } },
      },
    );
  const deliver = async (...totals: readonly number[]) => {
    for (const total of totals) await dispatch(total);
    await world.hub.drain();
    const sent = world.http.sent.map(({ body }) => JSON.parse(String(body)).data.total);
    return sent.sort();
  };
  const { routes } = mountAdmin(world.hub, {
    authorize: ({ headers }) => (headers['x-staff'] ? true : { accountId: Number(headers['x-account']) }),
  });
  return { ...world, webhook, dispatch, deliver, routes };
}

describe('a filter beside serialize', () => {
  it('tells nothing of what the account may not see, neither by a delivery nor by its record', async () => {
    for (const filter of [BY_COST, { 'changes.costPrice.current': 100 }]) {
      const { deliver, hub } = await build({ filter });
      expect(await deliver(1, 2)).to.deep.equal([]);
      expect(await hub.deliveries.list()).to.deep.equal([]);
    }
  });

  it('matches what the account may see, as JSON carries it', async () => {
    const at = new Date(0).toISOString();
    const { deliver } = await build({ filter: { 'data.total': { $gte: 2 }, 'data.at': at } });
    expect(await deliver(1, 2, 3)).to.deep.equal([2, 3]);
  });

  it('does not match an event of which the account may see nothing', async () => {
    const { deliver, hub } = await build({ filter: { 'data.costPrice': { $exists: false } } });
    expect(await deliver(-1, 1)).to.deep.equal([1]);
    expect(await hub.deliveries.list()).to.have.length(1);
  });

  it('is judged for each webhook as that sees the event', async () => {
    const seen: Viewer[] = [];
    const { deliver, hub, http } = await build(
      { filter: { 'data.costPrice': 100 }, description: 'trusted' },
      {
        serialize: ({ data }, viewer) => {
          seen.push(viewer);
          return { data: viewer.webhook?.description === 'trusted' ? data : { total: 0 } };
        },
      },
    );
    await hub.webhooks.create({ ...INPUT, url: 'https://other.example/', filter: { 'data.costPrice': 100 } });
    await deliver(1);
    expect(http.sent.map(({ url }) => url)).to.deep.equal([INPUT.url]);
    expect(new Set(seen.map(({ accountId }) => accountId))).to.deep.equal(new Set(['42']));
  });

  it('loses nothing where serialize throws: the first attempt judges it, when there is an answer', async () => {
    let isBroken = true;
    const { deliver, hub, clock, logger } = await build(
      { filter: { 'data.total': { $gte: 2 } } },
      {
        serialize: ({ data }) => {
          if (isBroken) throw new Error('no database');
          return { data };
        },
      },
    );
    expect(await deliver(1, 2)).to.deep.equal([]);
    const owed = await hub.deliveries.list();
    expect(owed.map(({ state, reason, attemptCount }) => [state, reason, attemptCount])).to.deep.equal(
      Array(2).fill(['retrying', 'internal', 0]),
    );
    expect(logger.of('warn').map(({ message }) => message)).to.include(
      'a filter could not be judged: the first attempt judges it',
    );
    isBroken = false;
    clock.advance(60_000);
    expect(await deliver()).to.deep.equal([2]);
    const reasons = (await hub.deliveries.list()).map(({ state, reason }) => [state, reason]);
    expect(reasons).to.have.deep.members([
      ['delivered', null],
      ['cancelled', 'filtered'],
    ]);
  });

  it('is judged on the event as it was where fresh data is sent', async () => {
    const { deliver, hub } = await build({ filter: { 'data.total': 2 }, payload: 'fresh' });
    expect(await deliver(1, 2)).to.deep.equal([2]);
    expect((await hub.deliveries.list())[0]).to.include({ state: 'delivered' });
  });

  it('lets a test through, whatever the filter says', async () => {
    const { hub, webhook, http } = await build(
      { filter: { 'data.total': 2 } },
      { serialize: ({ data }) => ({ data }) },
    );
    await hub.webhooks.test(webhook.id);
    await hub.drain();
    expect(http.sent).to.have.length(1);
  });
});

describe('a filter that is tried', () => {
  it('is judged for an account on what it may see, and for staff on all', async () => {
    const { hub, dispatch } = await build();
    const { id: eventId } = await dispatch(1);
    const tryOn = (scope: object, filter: object) =>
      hub.webhooks.testFilter({ filter: { ...filter }, eventId }, scope);
    expect(await tryOn(ACCOUNT, BY_COST)).to.deep.equal({ matches: false });
    expect(await tryOn(ACCOUNT, { 'data.total': 1 })).to.deep.equal({ matches: true });
    expect(await tryOn({}, BY_COST)).to.deep.equal({ matches: true });
  });

  it('finds for an account neither an internal event nor one of which it may see nothing', async () => {
    const { hub, dispatch, webhook } = await build();
    const [test] = [await hub.webhooks.test(webhook.id)];
    const { id: hidden } = await dispatch(-1);
    for (const eventId of [test.eventId, hidden]) {
      await expectError('NOT_FOUND', () => hub.webhooks.testFilter({ filter: {}, eventId }, ACCOUNT));
      expect(await hub.webhooks.testFilter({ filter: {}, eventId })).to.deep.equal({ matches: true });
    }
  });

  it('hides internal events in the admin API as GET /events/:id does', async () => {
    const { hub, webhook, routes } = await build();
    const { eventId } = await hub.webhooks.test(webhook.id);
    const account = { headers: { 'x-account': '42' } };
    const body = { filter: { 'data.webhookId': { $startsWith: 'wh_' } }, eventId };
    expect((await get(routes, '/events/:id', { ...account, params: { id: eventId } })).status).to.equal(404);
    expect((await post(routes, '/filters/test', { ...account, body })).status).to.equal(404);
    const staff = await post(routes, '/filters/test', { headers: { 'x-staff': '1' }, body });
    expect(staff.body).to.deep.equal({ matches: true });
  });
});

describe('events that an account reads', () => {
  const account = { headers: { 'x-account': '42' } };
  const staff = { headers: { 'x-staff': '1' } };

  it('are as serialize has them, and whole for staff', async () => {
    const { dispatch, routes } = await build();
    const { id } = await dispatch(1);
    const seen = { id, data: { total: 1, at: new Date(0) }, accountId: 42 };
    const shown = await get(routes, '/events/:id', { ...account, params: { id } });
    expect(shown.body).to.deep.include(seen);
    expect(shown.body).to.not.have.property('changes');
    const listed = await get(routes, '/events', account);
    expect(listed.body.data[0]).to.deep.include(seen);
    const query = { subjectType: 'Order', subjectId: '7', include: 'deliveries' };
    const [told] = (await get(routes, '/events', { ...account, query })).body.data;
    expect(told).to.deep.include(seen).and.to.have.property('deliveries');
    const whole = await get(routes, '/events/:id', { ...staff, params: { id } });
    expect(whole.body).to.deep.include({ data: { total: 1, costPrice: 100 } });
    expect(whole.body).to.have.property('changes');
  });

  it('are left out where it may see nothing, and the pages go on behind them', async () => {
    const { dispatch, routes } = await build();
    const ids: string[] = [];
    for (const total of [1, -1, -2, 2]) ids.push((await dispatch(total)).id);
    expect((await get(routes, '/events/:id', { ...account, params: { id: ids[1] ?? '' } })).status).to.equal(
      404,
    );
    const read: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = { limit: '1', ...(cursor && { cursor }) };
      const { body } = await get(routes, '/events', { ...account, query });
      read.push(...body.data.map((event: { id: string }) => event.id));
      cursor = body.nextCursor;
    }
    expect(read).to.deep.equal([ids[3], ids[0]]);
  });

  it('are not asked about once they are erased', async () => {
    const { hub, dispatch, routes } = await build();
    const { id } = await dispatch(1);
    await hub.events.erase(id);
    const { body } = await get(routes, '/events/:id', { ...account, params: { id } });
    expect(body).to.include({ id, data: null });
  });

  it('are whole where the hub has no serialize, as they are to the app itself', async () => {
    const { hub, dispatch } = await build();
    const event = await dispatch(1);
    expect((await hub.events.get(event.id, ACCOUNT))?.data).to.deep.equal({ total: 1, costPrice: 100 });
    expect((await hub.events.seenBy(42, event))?.data).to.deep.equal({ total: 1, at: new Date(0) });
    const bare = buildHub();
    expect(await bare.hub.events.seenBy(42, event)).to.equal(event);
  });

  it('are told of as a failure where serialize fails, and never as they are', async () => {
    const { dispatch, routes } = await build({}, { serialize: () => ({}) as never });
    await dispatch(1);
    const { status, body } = await get(routes, '/events', account);
    expect(status).to.equal(500);
    expect(JSON.stringify(body)).to.not.include('costPrice');
  });
});
