import { defineEvents, type Event, payload } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const events = defineEvents({
  'order.paid': payload<{ total: number }>(),
  'order.sent': payload<{ total: number }>(),
  'typing.started': payload<{ id: number }>({ transient: true }),
});
const HOUR = 3_600_000;

async function build() {
  const world = buildHub({ events });
  await world.hub.webhooks.create({ url: 'https://receiver.example/', subscriptions: ['*'], accountId: 42 });
  const heard: Event[] = [];
  world.hub.on('order.*', (event) => heard.push(event as Event));
  return { ...world, heard };
}

describe('an idempotency key', () => {
  it('stores one event however often it is dispatched, and answers that one', async () => {
    const { hub, http, heard } = await build();
    const dispatch = (total: number) =>
      hub.dispatch('order.paid', { total }, { account: 42, idempotencyKey: 'paid-1' });
    const answers = [
      await dispatch(1),
      await dispatch(2),
      ...(await Promise.all([dispatch(3), dispatch(4)])),
    ];
    await hub.drain();
    expect(new Set(answers.map(({ id }) => id)).size).to.equal(1);
    expect(answers.map(({ data }) => data)).to.deep.equal(Array(4).fill({ total: 1 }));
    expect([heard.length, http.sent.length]).to.deep.equal([1, 1]);
  });

  it('is of one account', async () => {
    const { hub } = await build();
    const of = (account: number | null) =>
      hub.dispatch('order.paid', { total: 1 }, { account, idempotencyKey: 'a' });
    expect(new Set([(await of(42)).id, (await of(43)).id, (await of(null)).id]).size).to.equal(3);
  });

  it('is refused for an event of another type', async () => {
    const { hub } = await build();
    await hub.dispatch('order.paid', { total: 1 }, { idempotencyKey: 'a' });
    await expectError('IDEMPOTENCY_CONFLICT', () =>
      hub.dispatch('order.sent', { total: 1 }, { idempotencyKey: 'a' }),
    );
  });

  it('may be that of some of many events', async () => {
    const { hub, heard } = await build();
    const news = [
      { type: 'order.paid', data: { total: 1 }, idempotencyKey: 'a' },
      { type: 'order.paid', data: { total: 2 } },
      { type: 'order.paid', data: { total: 3 }, idempotencyKey: 'a' },
    ] as const;
    const answered = await hub.dispatchAll(news);
    await hub.drain();
    expect(answered.map(({ data }) => 'total' in data && data.total)).to.deep.equal([1, 2, 1]);
    expect(heard).to.have.length(2);
  });

  for (const key of ['', 'x'.repeat(256), 'a\nb', 'ä', 7 as never]) {
    it(`is refused as ${JSON.stringify(key).slice(0, 20)}`, async () => {
      const { hub } = await build();
      await expectError('OPTION_INVALID', () =>
        hub.dispatch('order.paid', { total: 1 }, { idempotencyKey: key }),
      );
    });
  }
});

describe('an event for later', () => {
  for (const [name, when] of [
    ['delayMs', () => ({ delayMs: HOUR })],
    ['deliverAt', (now: number) => ({ deliverAt: now + HOUR })],
  ] as const) {
    it(`is stored at once, and heard and delivered when its time has come: ${name}`, async () => {
      const { hub, http, heard, clock } = await build();
      const event = await hub.dispatch('order.paid', { total: 1 }, { account: 42, ...when(clock.now()) });
      await hub.drain();
      expect(await hub.events.get(event.id)).to.include({ id: event.id });
      clock.advance(HOUR - 1);
      await hub.drain();
      expect([heard.length, http.sent.length]).to.deep.equal([0, 0]);
      clock.advance(1);
      await hub.drain();
      expect([heard.length, http.sent.length]).to.deep.equal([1, 1]);
    });
  }

  it('is not sooner where a hub was closed and another goes on', async () => {
    const { hub, clock } = await build();
    await hub.dispatch('order.paid', { total: 1 }, { delayMs: HOUR });
    clock.advance(60_000);
    await hub.drain();
    expect(await hub.deliveries.list()).to.deep.equal([]);
    await hub.close();
  });

  it('is at once where its time has passed', async () => {
    const { hub, http, clock } = await build();
    await hub.dispatch('order.paid', { total: 1 }, { account: 42, deliverAt: clock.now() - 1 });
    await hub.drain();
    expect(http.sent).to.have.length(1);
  });

  for (const options of [
    { delayMs: -1 },
    { delayMs: 1.5 },
    { delayMs: 366 * 24 * HOUR },
    { deliverAt: Number.NaN },
    { delayMs: 1, deliverAt: 1 },
  ]) {
    it(`is refused with ${JSON.stringify(options)}`, async () => {
      const { hub } = await build();
      await expectError('OPTION_INVALID', () => hub.dispatch('order.paid', { total: 1 }, options));
    });
  }
});

describe('headers of an event', () => {
  it('go out with every delivery of it, and win over those of the webhook', async () => {
    const { hub, http } = buildHub({ events });
    const input = { url: 'https://receiver.example/', subscriptions: ['*'] };
    await hub.webhooks.create({ ...input, headers: { 'x-trace': 'webhook', 'x-team': 'a' } });
    await hub.dispatch('order.paid', { total: 1 }, { headers: { 'x-trace': 'event' } });
    await hub.drain();
    expect(http.sent[0]?.headers).to.include({ 'x-trace': 'event', 'x-team': 'a' });
  });

  for (const headers of [{ host: 'a' }, { 'x-a': 'b\r\nc' }, { 'webhook-id': 'x' }, []]) {
    it(`are refused: ${JSON.stringify(headers)}`, async () => {
      const { hub } = await build();
      const options = { headers } as { headers: Record<string, string> };
      await expectError('OPTION_INVALID', () => hub.dispatch('order.paid', { total: 1 }, options));
    });
  }
});

describe('a transient event', () => {
  for (const options of [
    { idempotencyKey: 'a' },
    { delayMs: 1 },
    { deliverAt: 1 },
    { headers: { 'x-a': 'b' } },
  ]) {
    it(`takes no ${Object.keys(options)[0]}`, async () => {
      const { hub } = await build();
      await expectError('OPTION_INVALID', () => hub.dispatch('typing.started', { id: 1 }, options));
    });
  }
});

describe('events that lead to each other without end', () => {
  it('come to it after as many as are allowed, and the log tells of it', async () => {
    const { hub, http, logger } = buildHub({ delivery: { maxDepth: 3 } });
    await hub.webhooks.create({ url: 'https://receiver.example/', subscriptions: ['*'] });
    hub.on('loop.turned', (event) => {
      if (event.depth < 10) return hub.dispatch('loop.turned', {}, { cause: event });
    });
    await hub.dispatch('loop.turned', {});
    await hub.drain();
    expect(http.sent.map(({ headers }) => headers['hookline-depth']).sort()).to.deep.equal([
      '0',
      '1',
      '2',
      '3',
    ]);
    const refused = await hub.deliveries.list({ state: 'cancelled' });
    expect(new Set(refused.map(({ reason }) => reason))).to.deep.equal(new Set(['loop']));
    expect(
      logger.lines.some(
        ({ level, fields }) => level === 'warn' && (fields as { reason?: string }).reason === 'loop',
      ),
    ).to.equal(true);
  });
});

describe('options of a dispatch', () => {
  for (const [options, option, expected] of [
    [{ delayMs: '5' }, 'delayMs', /whole milliseconds/],
    [{ delayMs: null }, 'delayMs', /whole milliseconds/],
    [{ deliverAt: '2030-01-01' }, 'deliverAt', /whole milliseconds/],
    [{ deliverAt: null }, 'deliverAt', /whole milliseconds/],
    [{ acount: 42 }, 'acount', /did you mean account\?/],
    [{ idempotencykey: 'a' }, 'idempotencykey', /did you mean idempotencyKey\?/],
    [null, 'dispatch', /an object of options/],
    [5, 'dispatch', /an object of options/],
  ] as readonly [object, string, RegExp][]) {
    it(`are refused, and nothing is stored: ${JSON.stringify(options)}`, async () => {
      const { hub } = await build();
      const dispatched = await expectError('OPTION_INVALID', () =>
        hub.dispatch('order.paid', { total: 1 }, options),
      );
      expect(dispatched.details).to.include({ option });
      expect(dispatched.details.expected).to.match(expected);
      expect(await hub.events.list()).to.deep.equal([]);
    });
  }

  it('are refused for a transient event, for one of many, and for all of them', async () => {
    const { hub } = await build();
    const wrong = { acount: 42 } as object;
    await expectError('OPTION_INVALID', () => hub.dispatch('typing.started', { id: 1 }, wrong));
    const event = { type: 'order.paid', data: { total: 1 } } as const;
    await expectError('OPTION_INVALID', () => hub.dispatchAll([event, { ...event, ...wrong }]));
    await expectError('OPTION_INVALID', () => hub.dispatchAll([event], { transacton: null } as object));
    expect(await hub.events.list()).to.deep.equal([]);
  });
});
