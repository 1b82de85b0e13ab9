import type { NewWebhook } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const MINUTE = 60_000;

async function build(parts: Partial<NewWebhook> = {}) {
  const world = buildHub({ retry: [MINUTE] });
  const input = { url: 'https://receiver.example/', subscriptions: ['*'] };
  const { webhook } = await world.hub.webhooks.create({ ...input, ...parts });
  const test = async () => {
    const { id } = await world.hub.webhooks.test(webhook.id);
    await world.hub.drain();
    return world.hub.deliveries.get(id);
  };
  const sentTypes = () => world.http.sent.map(({ headers }) => headers['hookline-event-type']);
  return { ...world, webhook, test, sentTypes };
}

describe('a test of a webhook', () => {
  for (const [what, parts] of [
    ['paused', { paused: true }],
    ['inactive', { active: false }],
    ['ordered and paused', { order: 'webhook', paused: true }],
    ['batched', { batch: { maxItems: 10, maxWaitMs: MINUTE } }],
  ] as readonly [string, Partial<NewWebhook>][]) {
    it(`is made at once where it is ${what}, and nothing else is sent`, async () => {
      const { hub, test, sentTypes } = await build(parts);
      await hub.dispatch('order.paid', {});
      await hub.drain();
      expect(await test()).to.include({ state: 'delivered', attemptCount: 1 });
      expect(sentTypes()).to.deep.equal(['hookline.test']);
    });
  }

  it('waits for no turn of a rate limit, and for no circuit', async () => {
    const rateLimit = { count: 1, perMs: 60 * MINUTE };
    const { hub, http, test, clock } = await build({ rateLimit, retry: Array(5).fill(MINUTE) });
    await hub.dispatch('order.paid', {});
    await hub.drain();
    expect(await test()).to.include({ state: 'delivered' });
    await hub.webhooks.update((await hub.webhooks.list())[0]?.id ?? '', { rateLimit: null });
    http.replyWith(...Array(20).fill(500));
    for (let n = 0; n < 20; n++) await hub.dispatch('order.paid', { n });
    await hub.drain();
    await hub.dispatch('order.paid', {});
    await hub.drain();
    expect((await hub.deliveries.list({ limit: 1 }))[0]).to.include({ hold: 'circuit' });
    expect(await test()).to.include({ state: 'delivered' });
    clock.advance(MINUTE);
    await hub.close();
  });

  it('is made where its receiver was gone, so that it can be tried before it is enabled again', async () => {
    const { hub, http, webhook, test } = await build();
    http.replyWith(410);
    await hub.dispatch('order.paid', {});
    await hub.drain();
    expect(await hub.webhooks.get(webhook.id)).to.have.nested.property('disabled.reason', 'gone');
    expect(await test()).to.include({ state: 'delivered' });
    expect(await hub.webhooks.get(webhook.id)).to.include({ active: false });
  });

  it('that fails is not made again while the webhook is inactive', async () => {
    const { hub, http, clock, test, sentTypes } = await build({ active: false });
    http.replyWith(500);
    const failed = await test();
    expect(failed).to.include({ state: 'retrying' });
    clock.advance(2 * MINUTE);
    await hub.drain();
    expect(await hub.deliveries.get(String(failed?.id))).to.include({
      state: 'cancelled',
      reason: 'webhook-inactive',
    });
    expect(sentTypes()).to.have.length(1);
  });

  it('is refused where there is none', async () => {
    const { hub, webhook } = await build();
    await hub.webhooks.delete(webhook.id);
    await expectError('NOT_FOUND', () => hub.webhooks.test(webhook.id));
  });
});
