import { defineEvents, type HubOptions, payload, retrySchedule } from '@hookline/core';
import { expect } from 'chai';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { memoryStore } from '../../../packages/core/src/adapters/memory-store.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const events = defineEvents({
  'message.created': payload<{ id: number; text?: string }>(),
  'message.deleted': payload<{ id: number }>(),
  'agent.added': payload<{ id: number }>({ visibility: 'internal' }),
});
const URL = 'https://receiver.example/hook';
const retry = retrySchedule([1_000, 10_000], { jitter: 0 });

async function hubWithWebhook(subscriptions = ['message.*'], options: Pick<HubOptions, 'store'> = {}) {
  const world = buildHub({ events, retry, ...options });
  const { webhook, secret } = await world.hub.webhooks.create({ url: URL, subscriptions, accountId: 42 });
  const dispatch = async (id = 1) => {
    const event = await world.hub.dispatch('message.created', { id }, { account: 42 });
    await world.hub.drain();
    return event;
  };
  const onlyDelivery = async () => {
    const [delivery, ...others] = await world.hub.deliveries.list();
    expect(others).to.deep.equal([]);
    if (!delivery) throw new Error('no delivery');
    return { ...delivery, attempts: await world.hub.deliveries.attempts(delivery.id) };
  };
  return { ...world, webhook, secret, dispatch, onlyDelivery };
}

describe('a delivery', () => {
  it('sends the stored bytes, signed so that npm standardwebhooks verifies them', async () => {
    const { hub, http, secret, dispatch } = await hubWithWebhook();
    const event = await dispatch();
    const [request] = http.sent;
    expect(request?.url).to.equal(URL);
    const body = String(request?.body);
    expect(JSON.parse(body)).to.deep.equal({
      type: 'message.created',
      timestamp: new Date(event.timestamp).toISOString(),
      account: { id: 42 },
      data: { id: 1 },
    });
    expect(request?.headers).to.include({
      'content-type': 'application/json',
      'webhook-id': event.id,
      'hookline-event-type': 'message.created',
      'hookline-attempt': '1',
    });
    const headers = request?.headers ?? {};
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
    expect(headers['webhook-signature']).to.equal(new StandardWebhook(secret).sign(event.id, at, body));
    await hub.close();
  });

  it('is delivered by a 2xx, its attempt recorded', async () => {
    const { dispatch, onlyDelivery, clock } = await hubWithWebhook();
    await dispatch();
    const delivery = await onlyDelivery();
    expect(delivery).to.include({
      state: 'delivered',
      attemptCount: 1,
      nextAttemptAt: null,
      finalizedAt: clock.now(),
    });
    expect(delivery.attempts).to.have.length(1);
    expect(delivery.attempts[0]).to.include({
      number: 1,
      outcome: 'succeeded',
      responseStatus: 204,
      failureReason: null,
    });
  });

  it('keeps the same webhook-id and bytes on every attempt, with a timestamp and signature of its own', async () => {
    const { http, clock, hub, dispatch } = await hubWithWebhook();
    http.replyWith(500, 503);
    await dispatch();
    clock.advance(1_000);
    await hub.drain();
    clock.advance(10_000);
    await hub.drain();
    expect(http.sent).to.have.length(3);
    const values = (name: string) => new Set(http.sent.map((request) => request.headers[name]));
    expect(values('webhook-id').size).to.equal(1);
    expect(values('hookline-delivery-id').size).to.equal(1);
    expect(new Set(http.sent.map((request) => request.body.toString('hex'))).size).to.equal(1);
    expect(values('webhook-timestamp').size).to.equal(3);
    expect(values('webhook-signature').size).to.equal(3);
    expect([...values('hookline-attempt')]).to.deep.equal(['1', '2', '3']);
  });

  it('is tried again when its schedule says so, and not before', async () => {
    const { http, clock, hub, dispatch, onlyDelivery } = await hubWithWebhook();
    http.replyWith(500);
    await dispatch();
    expect(await onlyDelivery()).to.include({
      state: 'retrying',
      nextAttemptAt: clock.now() + 1_000,
      reason: 'status',
    });
    clock.advance(999);
    await hub.drain();
    expect(http.sent).to.have.length(1);
    clock.advance(1);
    await hub.drain();
    expect(await onlyDelivery()).to.include({ state: 'delivered', attemptCount: 2 });
  });

  it('is exhausted when the schedule ends', async () => {
    const { http, clock, hub, dispatch, onlyDelivery, logger } = await hubWithWebhook();
    http.replyWith(500, 500, 500, 500);
    await dispatch();
    for (let i = 0; i < 5; i++) {
      clock.advance(60_000);
      await hub.drain();
    }
    expect(await onlyDelivery()).to.include({
      state: 'exhausted',
      attemptCount: 3,
      nextAttemptAt: null,
      reason: 'status',
    });
    expect(http.sent).to.have.length(3);
    expect(logger.of('warn').map((line) => line.message)).to.include('delivery exhausted');
  });

  it('waits as long as the receiver asks on 429', async () => {
    const { http, clock, dispatch, onlyDelivery } = await hubWithWebhook();
    const reply = {
      kind: 'response',
      status: 429,
      headers: { 'retry-after': '300' },
      body: Buffer.alloc(0),
      durationMs: 1,
    } as const;
    http.replyWith(reply);
    await dispatch();
    expect(await onlyDelivery()).to.include({ state: 'retrying', nextAttemptAt: clock.now() + 300_000 });
  });

  it('is exhausted by 410 Gone, which also disables the webhook', async () => {
    const { http, hub, webhook, dispatch, onlyDelivery } = await hubWithWebhook();
    http.replyWith(410);
    await dispatch();
    expect(await onlyDelivery()).to.include({ state: 'exhausted', attemptCount: 1 });
    expect(await hub.webhooks.get(webhook.id)).to.include({ active: false });
  });

  it('does not disable a webhook that has another URL by the time the old one says 410', async () => {
    const { http, hub, webhook } = await hubWithWebhook();
    http.replyWith(410);
    const answer = http.hold();
    await hub.dispatch('message.created', { id: 1 }, { account: 42 });
    while (http.sent.length === 0) await new Promise(setImmediate);
    await hub.webhooks.update(webhook.id, { url: `${URL}/new` });
    answer();
    await hub.drain();
    expect(await hub.webhooks.get(webhook.id)).to.include({ active: true });
  });

  it('keeps the reply, cut and made safe for text', async () => {
    const { http, dispatch, onlyDelivery } = await hubWithWebhook();
    const body = Buffer.from([0x68, 0x00, 0xff, 0x69]);
    http.replyWith({ kind: 'response', status: 500, headers: { 'x-trace': 'abc' }, body, durationMs: 12 });
    await dispatch();
    const [attempt] = (await onlyDelivery()).attempts;
    expect(attempt).to.include({
      responseStatus: 500,
      durationMs: 12,
      failureReason: 'status',
      responseBody: 'h\uFFFD\uFFFDi',
    });
    expect(attempt?.responseHeaders).to.deep.equal({ 'x-trace': 'abc' });
  });

  it('is cancelled, and recorded so, where its webhook was switched off or deleted meanwhile', async () => {
    for (const leave of ['deleted', 'inactive'] as const) {
      const { http, hub, clock, webhook, dispatch, onlyDelivery } = await hubWithWebhook();
      http.replyWith(500);
      await dispatch();
      if (leave === 'deleted') await hub.webhooks.delete(webhook.id);
      else await hub.webhooks.update(webhook.id, { active: false });
      clock.advance(60_000);
      await hub.drain();
      expect(await onlyDelivery()).to.include({
        state: 'cancelled',
        attemptCount: 1,
        reason: `webhook-${leave}`,
      });
      expect(http.sent).to.have.length(1);
    }
  });

  it('rests, uncharged, where the failure is ours', async () => {
    const { http, clock, hub, dispatch, onlyDelivery, logger } = await hubWithWebhook();
    const send = http.send.bind(http);
    http.send = async () => {
      throw new Error('client broken');
    };
    await dispatch();
    expect(await onlyDelivery()).to.include({ state: 'retrying', attemptCount: 0, reason: 'internal' });
    expect(logger.of('error')[0]?.fields).to.include({ error: 'client broken' });
    http.send = send;
    clock.advance(60_000);
    await hub.drain();
    expect(await onlyDelivery()).to.include({ state: 'delivered', attemptCount: 1 });
  });
});

describe('fan-out', () => {
  it('owes an event to each active webhook of its account that subscribes to it, and to no other', async () => {
    const { hub, http } = buildHub({ events });
    const create = (accountId: number | null, subscriptions: string[], active = true) =>
      hub.webhooks.create({
        url: `${URL}/${accountId}/${subscriptions}/${active}`,
        subscriptions,
        accountId,
        active,
      });
    await create(42, ['message.created']);
    await create(42, ['*']);
    await create(42, ['message.*'], false);
    await create(42, ['message.deleted']);
    await create(7, ['*']);
    await create(null, ['*']);
    await hub.dispatch('message.created', { id: 1 }, { account: '42' });
    await hub.drain();
    expect(http.sent.map((request) => request.url).sort()).to.deep.equal([
      `${URL}/42/*/true`,
      `${URL}/42/message.created/true`,
    ]);
  });

  it('never sends an internal event, not even to *', async () => {
    const { hub, http } = buildHub({ events });
    await hub.webhooks.create({ url: URL, subscriptions: ['*'] });
    await hub.dispatch('agent.added', { id: 1 });
    await hub.drain();
    expect(http.sent).to.deep.equal([]);
  });
});

describe('redeliver', () => {
  it('makes one more attempt, which uses up nothing of the schedule', async () => {
    const { http, clock, hub, dispatch, onlyDelivery } = await hubWithWebhook();
    http.replyWith(500, 500, 500, 500);
    await dispatch();
    clock.advance(1_000);
    await hub.drain();
    clock.advance(10_000);
    await hub.drain();
    const { id, state } = await onlyDelivery();
    expect(state).to.equal('exhausted');
    await hub.deliveries.redeliver(id);
    await hub.drain();
    expect(await onlyDelivery()).to.include({
      state: 'exhausted',
      attemptCount: 4,
      scheduledAttemptCount: 3,
    });
    await hub.deliveries.redeliver(id);
    await hub.drain();
    const delivery = await onlyDelivery();
    expect(delivery).to.include({ state: 'delivered', attemptCount: 5, scheduledAttemptCount: 3 });
    expect(delivery.attempts.map((attempt) => attempt.number)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(new Set(http.sent.map((request) => request.headers['webhook-id'])).size).to.equal(1);
  });

  it('brings a waiting retry forward and keeps the rest of its schedule', async () => {
    const { http, clock, hub, dispatch, onlyDelivery } = await hubWithWebhook();
    http.replyWith(500, 500);
    await dispatch();
    await hub.deliveries.redeliver((await onlyDelivery()).id);
    await hub.drain();
    expect(await onlyDelivery()).to.include({
      state: 'retrying',
      attemptCount: 2,
      scheduledAttemptCount: 1,
      nextAttemptAt: clock.now() + 1_000,
    });
  });

  it('sends a delivered one again', async () => {
    const { http, hub, dispatch, onlyDelivery } = await hubWithWebhook();
    await dispatch();
    await hub.deliveries.redeliver((await onlyDelivery()).id);
    await hub.drain();
    expect(http.sent).to.have.length(2);
    expect(await onlyDelivery()).to.include({ state: 'delivered', attemptCount: 2 });
  });

  it('is refused where the webhook is inactive or gone, and what was delivered stays so', async () => {
    const { hub, webhook, dispatch, onlyDelivery } = await hubWithWebhook();
    await dispatch();
    const { id } = await onlyDelivery();
    await hub.webhooks.update(webhook.id, { active: false });
    await expectError('WEBHOOK_INACTIVE', () => hub.deliveries.redeliver(id));
    await hub.webhooks.delete(webhook.id);
    await expectError('WEBHOOK_INACTIVE', () => hub.deliveries.redeliver(id));
    expect(await onlyDelivery()).to.include({ state: 'delivered' });
  });

  it('stays asked for by a person over a failure of ours', async () => {
    const { http, hub, clock, dispatch, onlyDelivery } = await hubWithWebhook();
    http.replyWith(500);
    await dispatch();
    const send = http.send.bind(http);
    http.send = async () => {
      throw new Error('client broken');
    };
    await hub.deliveries.redeliver((await onlyDelivery()).id);
    await hub.drain();
    http.send = send;
    http.replyWith(500);
    clock.advance(60_000);
    await hub.drain();
    expect(await onlyDelivery()).to.include({ attemptCount: 2, scheduledAttemptCount: 1 });
  });

  it('is refused for an unknown delivery, and for one of another account', async () => {
    const { hub, dispatch, onlyDelivery } = await hubWithWebhook();
    await dispatch();
    const { id } = await onlyDelivery();
    await expectError('NOT_FOUND', () => hub.deliveries.redeliver('dlv_nothing'));
    await expectError('NOT_FOUND', () => hub.deliveries.redeliver(id, { accountId: 7 }));
  });
});

describe('a test event', () => {
  it('goes to its webhook alone, signed, whatever it subscribes to', async () => {
    const { hub, http, webhook } = await hubWithWebhook(['message.deleted']);
    await hub.webhooks.create({ url: `${URL}/other`, subscriptions: ['*'], accountId: 42 });
    const delivery = await hub.webhooks.test(webhook.id);
    await hub.drain();
    expect(http.sent.map((request) => request.url)).to.deep.equal([URL]);
    expect(http.sent[0]?.headers['webhook-id']).to.equal(delivery.eventId);
    expect(JSON.parse(String(http.sent[0]?.body))).to.include({ type: 'hookline.test' });
    expect(await hub.deliveries.get(delivery.id)).to.include({ state: 'delivered' });
  });
});

describe('close', () => {
  it('is idempotent and lets a running attempt finish', async () => {
    const store = memoryStore();
    const { hub, http } = await hubWithWebhook(['message.*'], { store });
    const answer = http.hold();
    await hub.dispatch('message.created', { id: 1 }, { account: 42 });
    while (http.sent.length === 0) await new Promise(setImmediate);
    const closing = Promise.all([hub.close(), hub.close()]);
    answer();
    await closing;
    const [delivery] = await store.deliveries.list({ limit: 1 });
    expect(delivery).to.include({ state: 'delivered' });
  });
});
