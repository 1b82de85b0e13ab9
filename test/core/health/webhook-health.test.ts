import { createHub, type Event, type HubOptions, memoryStore } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';
import { aReply } from '../../support/scripted-http-client.js';

const URL = 'https://receiver.example/hook';
const MINUTE = 60_000;
const turn = () => new Promise(setImmediate);

/** A receiver that fails until it is told to be well again, and all that Hookline tells of its webhook. */
async function build(options: HubOptions = {}) {
  const world = buildHub({ retry: [], health: HEALTH, ...options });
  const { hub, http, clock } = world;
  const { webhook } = await hub.webhooks.create({ url: URL, subscriptions: ['*'], accountId: 42 });
  const told: Event[] = [];
  hub.on('hookline.*', (event) => told.push(event));
  const state = { status: 500 };
  http.send = async (request) => {
    http.sent.push(request);
    return aReply({ status: state.status });
  };
  const send = async () => {
    await hub.dispatch('order.paid', {}, { account: 42 });
    await hub.drain();
  };
  /** One failed attempt a minute, and time for what is gathered. */
  const pass = async (minutes: number) => {
    for (let i = 0; i < minutes; i++) {
      await send();
      clock.advance(MINUTE);
      for (let j = 0; j < 20; j++) await turn();
      await hub.drain();
    }
  };
  const toldOf = (type: string) => told.filter((event) => event.type === type).map(({ data }) => data);
  const shown = async () => hub.webhooks.get(webhook.id);
  return { ...world, webhook, told, toldOf, state, send, pass, shown };
}

const HEALTH = { disableAfterMs: 10 * MINUTE, minAttempts: 8, probeEveryMs: 30 * MINUTE };

describe('the health of a webhook', () => {
  it('is warned of at each threshold once, and ends with the webhook disabled', async () => {
    const { toldOf, pass, shown, webhook, told } = await build();
    await pass(13);
    expect(
      toldOf('hookline.webhook.failing').map((data) => (data as { percent: number }).percent),
    ).to.deep.equal([50, 70, 90]);
    expect(toldOf('hookline.webhook.disabled')).to.deep.equal([
      { webhook: { id: webhook.id, url: URL }, reason: 'failing' },
    ]);
    expect(await shown())
      .to.deep.include({ active: false })
      .and.have.nested.property('disabled.reason', 'failing');
    expect(told.every(({ accountId }) => accountId === '42')).to.equal(true);
  });

  it('is as it should be after one success, however long it failed', async () => {
    const { toldOf, pass, send, shown, state } = await build();
    await pass(6);
    state.status = 204;
    await send();
    state.status = 500;
    await pass(9);
    expect(await shown()).to.include({ active: true });
    expect(toldOf('hookline.webhook.disabled')).to.deep.equal([]);
  });

  it('counts a success of another process, which this one knows nothing of', async () => {
    const store = memoryStore();
    const { pass, shown, toldOf, clock } = await build({ store });
    await pass(6);
    const http = { send: async () => aReply(), close: async () => {} };
    const other = createHub({ store, clock, http });
    await other.dispatch('order.paid', {}, { account: 42 });
    await other.drain();
    await other.close();
    await pass(6);
    expect(await shown()).to.include({ active: true });
    expect(toldOf('hookline.webhook.disabled')).to.deep.equal([]);
  });

  it('is not judged by a few failures, however long ago the first was', async () => {
    const { pass, shown, clock } = await build();
    await pass(2);
    clock.advance(60 * MINUTE);
    await pass(2);
    expect(await shown()).to.include({ active: true });
  });

  it('is left alone where it is switched off', async () => {
    const { pass, shown, toldOf } = await build({ health: false });
    await pass(30);
    expect(await shown()).to.include({ active: true });
    expect(toldOf('hookline.webhook.failing')).to.deep.equal([]);
  });

  it('is found again by a probe, signed as any delivery, and told of', async () => {
    const { hub, toldOf, pass, shown, http, state, clock, send } = await build();
    await pass(13);
    await send();
    const [skipped] = await hub.deliveries.list();
    expect(skipped).to.include({ state: 'cancelled', reason: 'webhook-disabled', attemptCount: 0 });
    const sentBefore = http.sent.length;
    const probe = async () => {
      clock.advance(31 * MINUTE);
      for (let i = 0; i < 20; i++) await turn();
    };
    await probe();
    expect(http.sent).to.have.length(sentBefore + 1);
    expect(http.sent.at(-1)?.headers).to.include({ 'hookline-event-type': 'hookline.test' });
    expect(http.sent.at(-1)?.headers['webhook-signature']).to.match(/^v1,/);
    expect(await shown()).to.include({ active: false });
    state.status = 204;
    await probe();
    await hub.drain();
    expect(await shown()).to.deep.include({ active: true, disabled: null });
    expect(toldOf('hookline.webhook.enabled')).to.have.length(1);
    await send();
    expect((await hub.deliveries.list())[0]).to.include({ state: 'delivered' });
  });

  it('is not probed any more once the receiver is gone', async () => {
    const { pass, shown, http, state, clock } = await build();
    await pass(13);
    state.status = 410;
    clock.advance(31 * MINUTE);
    for (let i = 0; i < 20; i++) await turn();
    expect(await shown()).to.have.nested.property('disabled.reason', 'gone');
    const sent = http.sent.length;
    clock.advance(120 * MINUTE);
    for (let i = 0; i < 20; i++) await turn();
    expect(http.sent).to.have.length(sent);
  });

  it('begins anew when its owner makes the webhook active again', async () => {
    const { hub, pass, shown, webhook, toldOf } = await build();
    await pass(13);
    await hub.webhooks.update(webhook.id, { active: true });
    expect(await shown()).to.deep.include({ active: true, disabled: null });
    await pass(3);
    expect(await shown()).to.include({ active: true });
    expect(toldOf('hookline.webhook.enabled')).to.deep.equal([
      { webhook: { id: webhook.id, url: URL }, by: 'owner' },
    ]);
  });

  for (const [option, value] of [
    ['disableAfterMs', 1],
    ['minAttempts', 0],
    ['probeEveryMs', 0],
    ['warnAtPercent', [0]],
    ['warnAtPercent', [100]],
    ['warnAtPercent', 'often'],
  ] as const) {
    it(`refuses ${option}: ${JSON.stringify(value)}`, async () => {
      const error = await expectError('OPTION_INVALID', () =>
        createHub({ health: { [option]: value } as never }),
      );
      expect(error.details.option).to.equal(`health.${option}`);
    });
  }
});

describe('410 Gone', () => {
  it('disables the webhook at once, and is told of', async () => {
    const { toldOf, send, shown, state, webhook } = await build();
    state.status = 410;
    await send();
    expect(await shown()).to.have.nested.property('disabled.reason', 'gone');
    expect(toldOf('hookline.webhook.disabled')).to.deep.equal([
      { webhook: { id: webhook.id, url: URL }, reason: 'gone' },
    ]);
  });
});

describe('a paused webhook', () => {
  it('is sent nothing until it is resumed, and then all of it, without loss', async () => {
    const { hub, http, webhook, send, state, toldOf } = await build();
    state.status = 204;
    await hub.webhooks.pause(webhook.id);
    for (let i = 0; i < 5; i++) await send();
    expect(http.sent).to.have.length(0);
    const held = await hub.deliveries.list();
    expect(held.map(({ state: each, hold }) => [each, hold])).to.deep.equal(
      Array(5).fill(['pending', 'paused']),
    );
    await hub.webhooks.resume(webhook.id);
    await hub.drain();
    expect(http.sent).to.have.length(5);
    expect((await hub.deliveries.list({ state: 'delivered' })).every(({ hold }) => hold === null)).to.equal(
      true,
    );
    expect(
      [toldOf('hookline.webhook.paused'), toldOf('hookline.webhook.resumed')].map(({ length }) => length),
    ).to.deep.equal([1, 1]);
  });

  it('keeps what was to be tried again, with its schedule and its counts', async () => {
    const { hub, http, webhook, send, state, clock } = await build({ retry: [MINUTE, MINUTE] });
    await send();
    await hub.webhooks.pause(webhook.id);
    clock.advance(2 * MINUTE);
    await hub.drain();
    expect(http.sent).to.have.length(1);
    const [held] = await hub.deliveries.list();
    expect(held).to.include({ state: 'retrying', hold: 'paused', attemptCount: 1, scheduledAttemptCount: 1 });
    state.status = 204;
    await hub.webhooks.resume(webhook.id);
    await hub.drain();
    expect((await hub.deliveries.list())[0]).to.include({ state: 'delivered', attemptCount: 2 });
  });
});

describe('an exhausted delivery', () => {
  it('calls back by its event type, with the delivery, its webhook and its event', async () => {
    const { hub, webhook, send, toldOf } = await build();
    const calls: unknown[] = [];
    hub.onExhausted('order.*', ({ event, delivery, webhook: of }) =>
      calls.push([event.type, delivery.state, of?.id]),
    );
    hub.onExhausted('message.*', () => calls.push('never'));
    await send();
    await hub.drain();
    expect(calls).to.deep.equal([['order.paid', 'exhausted', webhook.id]]);
    expect(toldOf('hookline.delivery.exhausted')).to.have.length(1);
  });

  it('is told of after the last attempt only', async () => {
    const { hub, send, toldOf, clock } = await build({ retry: [MINUTE] });
    await send();
    expect(toldOf('hookline.delivery.exhausted')).to.deep.equal([]);
    clock.advance(2 * MINUTE);
    await hub.drain();
    expect(toldOf('hookline.delivery.exhausted')).to.have.length(1);
  });
});

describe('the types under hookline', () => {
  it('are not for the app to declare, to dispatch, or to name a source by', async () => {
    const { defineEvents, payload, github } = await import('@hookline/core');
    const { hub } = buildHub();
    await expectError('EVENT_TYPE_RESERVED', () => defineEvents({ 'hookline.mine': payload() }));
    await expectError('EVENT_TYPE_RESERVED', () => hub.dispatch('hookline.webhook.disabled', {}));
    await expectError('SOURCE_NAME_INVALID', () => hub.addSource('hookline', github({ secret: 'x' })));
    expect(() => hub.on('hookline.webhook.gone', () => {}))
      .to.throw()
      .with.property('code', 'ERR_HOOKLINE_EVENT_TYPE_UNKNOWN');
  });

  it('reach no webhook, also where one subscribes to everything', async () => {
    const { http, send, toldOf } = await build();
    await send();
    expect(toldOf('hookline.delivery.exhausted')).to.have.length(1);
    expect(http.sent.map(({ headers }) => headers['hookline-event-type'])).to.deep.equal(['order.paid']);
  });
});
