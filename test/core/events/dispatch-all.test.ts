import {
  defineEvents,
  type EventRecord,
  memoryStore,
  payload,
  type Store,
  withContext,
} from '@hookline/core';
import { expect } from 'chai';
import { z } from 'zod';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';
import { pretendTransaction } from '../../support/pretend-transaction.js';

const events = defineEvents({
  'message.created': payload<{ id: number; text?: string }>(),
  'message.read': z.object({ id: z.number().int().default(0) }),
  'message.checked': z.object({ id: z.number() }).refine(async ({ id }) => id > 0),
  'typing.started': payload<{ id: number }>({ transient: true }),
});

/** So many new messages. */
const messages = (count: number, text = '') =>
  Array.from({ length: count }, (_, id) => ({ type: 'message.created' as const, data: { id, text } }));

const idsIn = (written: readonly { readonly data: unknown }[]) =>
  written.map(({ data }) => (data as { readonly id: number }).id);

/** A hub on a memory store that notes each write of events, and how many it fanned out without a claim. */
function build(options: Parameters<typeof buildHub<typeof events>>[0] = {}) {
  const store = memoryStore();
  const writes: (readonly EventRecord[])[] = [];
  const fannedOut = { unclaimed: 0, claimed: 0 };
  const { insert, settle } = methodsOf(store);
  store.events.insert = (records, given) => {
    writes.push(records);
    return insert(records, given);
  };
  store.events.settle = (fanOut) => {
    fannedOut[fanOut.unclaimedAt === undefined ? 'claimed' : 'unclaimed'] += fanOut.eventIds.length;
    return settle(fanOut);
  };
  return { ...buildHub({ events, store, ...options }), store, writes, fannedOut };
}

function methodsOf({ events: store }: Store) {
  return { insert: store.insert.bind(store), settle: store.settle.bind(store) };
}

describe('hub.dispatchAll', () => {
  it('answers the events in the order they were given, each as dispatch would have made it', async () => {
    const { hub, clock } = build();
    const first = await hub.dispatch('message.created', { id: 0 });
    const answered = await hub.dispatchAll([
      { type: 'message.read', data: {} },
      {
        type: 'message.created',
        data: { id: 2 },
        account: 42,
        changes: { text: { previous: 'a', current: 'b' } },
        actor: { type: 'user', id: 7 },
        subject: { type: 'Message', id: 2 },
        cause: first,
        timestamp: 1_700_000_000_123,
      },
    ]);
    expect(answered.map(({ type }) => type)).to.deep.equal(['message.read', 'message.created']);
    expect(answered[0]).to.include({ timestamp: clock.now(), accountId: null, depth: 0 });
    expect(answered[0]?.data).to.deep.equal({ id: 0 });
    expect(answered[1]).to.deep.include({
      accountId: 42,
      actor: { type: 'user', id: 7 },
      subject: { type: 'Message', id: 2 },
      causationId: first.id,
      correlationId: first.id,
      depth: 1,
      timestamp: 1_700_000_000_123,
    });
    expect(await hub.events.list()).to.deep.equal([...answered.toReversed(), first]);
  });

  it('takes what an event leaves out from the context around the call', async () => {
    const { hub } = build();
    const actor = { type: 'user', id: 7 };
    const [mine, theirs] = await withContext({ actor, account: 42, requestId: 'r-1' }, () =>
      hub.dispatchAll([...messages(1), { type: 'message.created', data: { id: 1 }, account: 43 }]),
    );
    expect(mine).to.deep.include({ actor, accountId: 42, requestId: 'r-1' });
    expect(theirs).to.deep.include({ actor, accountId: 43 });
  });

  it('lets sync and async listeners hear each event once, in order', async () => {
    const { hub } = build();
    const [sync, async]: [number[], number[]] = [[], []];
    hub.on('message.created', (event) => void sync.push(event.data.id));
    hub.on('message.created', (event) => void async.push(event.data.id), { lane: 'async', name: 'later' });
    await hub.dispatchAll(messages(20));
    await hub.drain();
    expect(sync).to.deep.equal(idsIn(messages(20)));
    expect(async.toSorted((a, b) => a - b)).to.deep.equal(sync);
  });

  it('owes each event to the webhooks that want it', async () => {
    const { hub, http } = build();
    const subscriptions = ['message.created'];
    await hub.webhooks.create({ url: 'https://a.example/hook', subscriptions, accountId: 42 });
    await hub.webhooks.create({ url: 'https://b.example/hook', subscriptions, accountId: 43 });
    const answered = await hub.dispatchAll(messages(3).map((message) => ({ ...message, account: 42 })));
    await hub.drain();
    expect(http.sent.map(({ headers }) => headers['webhook-id'])).to.have.members(
      answered.map(({ id }) => id),
    );
    expect(new Set(http.sent.map(({ url }) => String(url)))).to.have.length(1);
  });

  it('leaves the events to others where its process does not relay', async () => {
    const store = memoryStore();
    const { hub } = build({ store, roles: ['web'] });
    const heard: number[] = [];
    hub.on('message.created', (event) => void heard.push(event.data.id));
    await hub.dispatchAll(messages(2));
    await hub.drain();
    expect(heard).to.deep.equal([]);
    const relaying = buildHub({ events, store });
    relaying.hub.on('message.created', (event) => void heard.push(event.data.id));
    await relaying.hub.drain();
    expect(heard).to.deep.equal([0, 1]);
  });

  it('writes nothing for no events', async () => {
    const { hub } = build();
    expect(await hub.dispatchAll([])).to.deep.equal([]);
    expect(await hub.events.list()).to.deep.equal([]);
  });

  it('takes nothing more once closed', async () => {
    const { hub, writes } = build();
    await hub.close();
    await expectError('HUB_CLOSED', () => hub.dispatchAll(messages(1)));
    expect(writes).to.deep.equal([]);
  });
});

describe('what hub.dispatchAll writes', () => {
  it('is one write per 500 events', async () => {
    const { hub, writes } = build();
    await hub.dispatchAll(messages(500));
    await hub.dispatchAll(messages(1_001));
    expect(writes.map(({ length }) => length)).to.deep.equal([500, 500, 500, 1]);
    expect(writes.slice(1).flatMap((records) => idsIn(records.map(({ payload }) => JSON.parse(payload))))) //
      .to.deep.equal(idsIn(messages(1_001)));
  });

  it('is one write per 4 MB, and one more for an event that is larger alone', async () => {
    const { hub, writes } = build({ maxPayloadBytes: 6_000_000 });
    const sized = (chars: number) => messages(1, 'x'.repeat(chars));
    const small = sized(1_300_000);
    await hub.dispatchAll([small, small, small, small, sized(5_000_000), small].flat());
    expect(writes.map(({ length }) => length)).to.deep.equal([3, 1, 1, 1]);
  });

  it('stays as far as it came without a transaction where a later write fails', async () => {
    const { hub, store, writes } = build();
    const { insert } = methodsOf(store);
    store.events.insert = (...given) =>
      writes.length === 1 ? Promise.reject(new Error('disk full')) : insert(...given);
    const heard: number[] = [];
    hub.on('message.created', (event) => void heard.push(event.data.id));
    const failure = await hub.dispatchAll(messages(501)).catch((error: Error) => error);
    expect(failure).to.be.instanceOf(Error).with.property('message', 'disk full');
    await hub.drain();
    expect(heard).to.deep.equal(idsIn(messages(500)));
  });

  it('names the table that may record its changes by itself', async () => {
    const store = memoryStore();
    const options: unknown[] = [];
    store.events.insert = async (_, given) => void options.push(given);
    const { hub } = buildHub({ events, store });
    const transaction = pretendTransaction();
    await hub.dispatchAll(messages(1), { transaction, unlessCaptured: '"messages"' });
    await hub.dispatchAll(messages(1), { transaction: null });
    expect(options).to.deep.equal([
      { transaction, unlessCaptured: '"messages"', replacing: [] },
      { replacing: [] },
    ]);
  });
});

describe('what hub.dispatchAll refuses', () => {
  for (const [name, code, wrong] of [
    ['a type that is unknown', 'EVENT_TYPE_UNKNOWN', { type: 'message.craeted', data: { id: 1 } }],
    [
      'data that is not as its schema says',
      'EVENT_DATA_INVALID',
      { type: 'message.read', data: { id: 'x' } },
    ],
    [
      'data that an async schema finds wrong',
      'EVENT_DATA_INVALID',
      { type: 'message.checked', data: { id: 0 } },
    ],
    ['data that JSON cannot carry', 'EVENT_DATA_INVALID', { type: 'message.created', data: { id: 1n } }],
    ['too much data', 'EVENT_TOO_LARGE', { type: 'message.created', data: { text: 'x'.repeat(1_000) } }],
    ['an account that is none', 'OPTION_INVALID', { type: 'message.created', data: {}, account: '' }],
    ['a transient event', 'OPTION_INVALID', { type: 'typing.started', data: { id: 1 } }],
  ] as const) {
    it(`is ${name}, and nothing is stored of what is right`, async () => {
      const { hub, writes } = build({ maxPayloadBytes: 1_000 });
      const error = await expectError(code, () =>
        hub.dispatchAll([...messages(600), wrong as never, ...messages(1)]),
      );
      expect(writes).to.deep.equal([]);
      if (wrong.type === 'typing.started') expect(error.message).to.include('"typing.started"');
    });
  }
});

describe('hub.dispatchAll in a transaction', () => {
  it('shows and tells nothing before the commit, then each event once', async () => {
    const { hub, http } = build();
    await hub.webhooks.create({ url: 'https://a.example/hook', subscriptions: ['*'] });
    const heard: number[] = [];
    hub.on('message.created', (event) => void heard.push(event.data.id));
    const transaction = pretendTransaction();
    await hub.dispatchAll(messages(700), { transaction });
    await hub.drain();
    expect(await hub.events.list()).to.deep.equal([]);
    expect(heard).to.deep.equal([]);
    transaction.commit();
    await hub.drain();
    expect(heard.toSorted((a, b) => a - b)).to.deep.equal(idsIn(messages(700)));
    expect(new Set(http.sent.map(({ headers }) => headers['webhook-id'])).size).to.equal(700);
    expect(http.sent).to.have.length(700);
  });

  it('tells nothing where that is rolled back', async () => {
    const { hub } = build();
    const heard: number[] = [];
    hub.on('message.created', (event) => void heard.push(event.data.id));
    await hub.dispatchAll(messages(2), { transaction: pretendTransaction() });
    await hub.drain();
    expect([await hub.events.list(), heard]).to.deep.equal([[], []]);
  });

  it('puts events in the place of earlier ones, of which nobody hears', async () => {
    const { hub, http, writes } = build();
    await hub.webhooks.create({ url: 'https://a.example/hook', subscriptions: ['*'] });
    const heard: number[] = [];
    hub.on('message.created', (event) => void heard.push(event.data.id));
    const transaction = pretendTransaction();
    const [first, second] = await hub.dispatchAll(messages(2), { transaction });
    const third = await hub.dispatch('message.created', { id: 2 }, { transaction });
    const replacing = [first, third].map((event) => event?.id ?? '');
    const [fourth] = await hub.dispatchAll(messages(4).slice(3), { transaction, replacing });
    transaction.commit();
    await hub.drain();
    expect(heard).to.have.members([1, 3]);
    expect((await hub.events.list()).map(({ id }) => id)).to.deep.equal([fourth?.id, second?.id]);
    expect(http.sent).to.have.length(2);
    expect(writes.map(({ length }) => length)).to.deep.equal([2, 1, 1]);
  });

  it('may replace events by none', async () => {
    const { hub } = build();
    const transaction = pretendTransaction();
    const replacing = (await hub.dispatchAll(messages(2), { transaction })).map(({ id }) => id);
    await hub.dispatchAll([], { transaction, replacing });
    transaction.commit();
    await hub.drain();
    expect(await hub.events.list()).to.deep.equal([]);
  });

  it('replaces nothing without a transaction: others may have seen it', async () => {
    const { hub } = build();
    const replacing = (await hub.dispatchAll(messages(1))).map(({ id }) => id);
    await expectError('OPTION_INVALID', () => hub.dispatchAll([], { replacing }));
    expect(await hub.events.list()).to.have.length(1);
  });

  it('keeps few of a bulk in memory: the rest is taken from the store', async () => {
    const { hub, fannedOut } = build();
    await hub.start();
    const transaction = pretendTransaction();
    await hub.dispatchAll(messages(10_000), { transaction });
    transaction.commit();
    await hub.drain();
    expect(fannedOut.unclaimed).to.be.within(1, 500);
    expect(fannedOut.claimed).to.be.at.least(9_500);
  });

  it('keeps as few where each row has a savepoint of its own', async () => {
    const { hub, fannedOut } = build();
    await hub.start();
    const parent = pretendTransaction();
    for (const message of messages(1_000)) {
      await hub.dispatchAll([message], { transaction: { ...pretendTransaction(), parent } });
    }
    parent.commit();
    await hub.drain();
    expect(fannedOut.unclaimed).to.be.within(1, 500);
    expect(fannedOut.claimed).to.be.at.least(500);
  });
});
