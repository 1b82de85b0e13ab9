import { createHmac } from 'node:crypto';
import { type Event, github, memoryStore, type Subject } from '@hookline/core';
import { mountAdmin } from '@hookline/core/adapter';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';
import { aReply } from '../../support/scripted-http-client.js';

const URL = 'https://receiver.example/hook';
const ADA = { type: 'User', id: 7 };

/** A hub whose receiver repeats what it was sent, and an event about Ada that was delivered to it. */
async function anEventOfAda() {
  const store = memoryStore();
  const world = buildHub({ store });
  const { hub, http } = world;
  await hub.webhooks.create({ url: URL, subscriptions: ['*'], accountId: 42 });
  http.replyWith(aReply({ body: Buffer.from('hello ada@example.com') }));
  const data = { email: 'ada@example.com' };
  const changes = { email: { previous: 'ada@old.example', current: 'ada@example.com' } };
  const options = { account: 42, subject: ADA, actor: ADA, changes };
  const event: Event = await hub.dispatch('user.updated', data, options);
  await hub.drain();
  const [delivery] = await hub.deliveries.list();
  return { ...world, store, event, deliveryId: String(delivery?.id) };
}

describe('hub.events.erase', () => {
  it('leaves that the event took place, and nothing that it said', async () => {
    const { hub, store, event, clock } = await anEventOfAda();
    await hub.events.erase(event.id);
    const { data: _, changes, actor, subject, ...kept } = event;
    expect(await hub.events.get(event.id)).to.deep.equal({ ...kept, data: null, erasedAt: clock.now() });
    const record = await store.events.get(event.id, {});
    const timestamp = new Date(event.timestamp).toISOString();
    expect(record?.payload).to.equal(
      `{"type":"user.updated","timestamp":"${timestamp}","account":{"id":42},"data":null}`,
    );
  });

  it('says nothing of erasure of an event that was not erased', async () => {
    const { hub, event } = await anEventOfAda();
    expect(await hub.events.get(event.id)).to.not.have.property('erasedAt');
    expect(event).to.not.have.property('erasedAt');
  });

  it('takes out what the receiver answered', async () => {
    const { hub, event, deliveryId } = await anEventOfAda();
    const [before] = await hub.deliveries.attempts(deliveryId);
    expect(before?.responseBody).to.equal('hello ada@example.com');
    await hub.events.erase(event.id);
    const empty = { responseBody: null, responseHeaders: null, failureMessage: null };
    expect(await hub.deliveries.attempts(deliveryId)).to.deep.equal([{ ...before, ...empty }]);
  });

  it('is final: nothing is left to redeliver', async () => {
    const { hub, event, deliveryId, http } = await anEventOfAda();
    await hub.events.erase(event.id);
    const error = await expectError('EVENT_ERASED', () => hub.deliveries.redeliver(deliveryId));
    expect(error.message).to.include(event.id);
    await hub.drain();
    expect(http.sent).to.have.length(1);
  });

  it('cancels retries that are still to come', async () => {
    const { hub, http, clock } = buildHub();
    await hub.webhooks.create({ url: URL, subscriptions: ['*'] });
    http.replyWith(500);
    const event = await hub.dispatch('user.updated', {});
    await hub.drain();
    await hub.events.erase(event.id);
    clock.advance(3_600_000);
    await hub.drain();
    expect(http.sent).to.have.length(1);
    const [delivery] = await hub.deliveries.list();
    expect(delivery).to.include({ state: 'cancelled', reason: 'event-erased' });
  });

  it('does not call back an attempt under way, and keeps its answer out', async () => {
    const { hub, http } = buildHub();
    const release = http.hold();
    http.replyWith(aReply({ body: Buffer.from('hello ada@example.com') }));
    await hub.webhooks.create({ url: URL, subscriptions: ['*'] });
    const event = await hub.dispatch('user.updated', { email: 'ada@example.com' });
    while (http.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await hub.events.erase(event.id);
    release();
    await hub.drain();
    const [delivery] = await hub.deliveries.list();
    expect(delivery).to.include({ state: 'cancelled', reason: 'event-erased' });
    const attempts = await hub.deliveries.attempts(String(delivery?.id));
    expect(attempts.map(({ outcome, responseBody }) => ({ outcome, responseBody }))).to.deep.equal([
      { outcome: 'succeeded', responseBody: null },
    ]);
  });

  it('takes out the request that an event came in by', async () => {
    const store = memoryStore();
    const { hub } = buildHub({ store });
    hub.addSource('github', github({ secret: 's' }));
    const body = Buffer.from('{"sender":{"email":"ada@example.com"}}');
    const signature = `sha256=${createHmac('sha256', 's').update(body).digest('hex')}`;
    const headers = { 'x-github-event': 'ping', 'x-github-delivery': '1', 'x-hub-signature-256': signature };
    const request = { method: 'POST', url: '/', headers, body };
    const result = await hub.receive('github', request);
    if (!result.isNew) throw new Error('expected a new request');
    await hub.events.erase(result.eventId);
    expect(await store.receipts.get(result.receiptId)).to.deep.include({
      headers: {},
      body: Buffer.alloc(0),
      dedupeKey: '1',
    });
    expect(await hub.receive('github', request)).to.include({ isNew: false });
  });

  it('may be repeated', async () => {
    const { hub, event, clock } = await anEventOfAda();
    await hub.events.erase(event.id);
    const erased = await hub.events.get(event.id);
    clock.advance(1_000);
    await hub.events.erase(event.id);
    expect(await hub.events.get(event.id)).to.deep.equal(erased);
  });

  it("does not find another account's event", async () => {
    const { hub, event } = await anEventOfAda();
    await expectError('NOT_FOUND', () => hub.events.erase(event.id, { accountId: 7 }));
    await expectError('NOT_FOUND', () => hub.events.erase('evt_none'));
    await expectError('NOT_FOUND', () => hub.events.erase(undefined as unknown as string));
    expect(await hub.events.get(event.id)).to.deep.equal(event);
    await hub.events.erase(event.id, { accountId: '42' });
  });

  it('shows in the admin API as an instant like the others', async () => {
    const { hub, event, clock } = await anEventOfAda();
    await hub.events.erase(event.id);
    const { routes } = mountAdmin(hub, { authorize: () => true });
    const route = routes.find(({ path }) => path === '/events/:id');
    const request = { params: { id: event.id }, query: {}, headers: {}, body: undefined };
    const body = (await route?.handle(request as never))?.body;
    expect(body).to.include({ data: null, erasedAt: new Date(clock.now()).toISOString() });
  });
});

describe('hub.events.eraseSubject', () => {
  it('erases all events of a subject, whichever way its id is written', async () => {
    const { hub, event } = await anEventOfAda();
    const later = await hub.dispatch('user.deleted', { id: 7 }, { subject: { type: 'User', id: '7' } });
    const other = await hub.dispatch('user.updated', { id: 8 }, { subject: { type: 'User', id: 8 } });
    expect(await hub.events.eraseSubject(ADA)).to.equal(2);
    for (const { id } of [event, later]) expect((await hub.events.get(id))?.data).to.equal(null);
    expect(await hub.events.get(other.id)).to.deep.equal(other);
    expect(await hub.events.list({ subject: ADA })).to.have.length(2);
  });

  it("leaves another account's events alone", async () => {
    const { hub, event } = await anEventOfAda();
    expect(await hub.events.eraseSubject(ADA, { accountId: 7 })).to.equal(0);
    expect(await hub.events.get(event.id)).to.deep.equal(event);
  });

  for (const subject of [undefined, null, {}, { type: 'User' }, { type: 'User', id: '' }, { id: 7 }]) {
    it(`refuses ${JSON.stringify(subject)}, which would find nothing`, async () => {
      const { hub } = await anEventOfAda();
      await expectError('VALIDATION_FAILED', () => hub.events.eraseSubject(subject as Subject));
    });
  }
});

describe('retention of a hub', () => {
  const OPTIONS = { retention: { finishedMs: 60_000, intervalMs: 1_000 } } as const;
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('is at work while the hub is', async () => {
    const { hub, clock } = buildHub(OPTIONS);
    const event = await hub.dispatch('user.updated', {});
    await hub.drain();
    clock.advance(59_000);
    await settle();
    expect(await hub.events.get(event.id)).to.not.equal(null);
    for (let seconds = 0; seconds < 3; seconds++) {
      clock.advance(1_000);
      await settle();
    }
    expect(await hub.events.get(event.id)).to.equal(null);
    await hub.close();
  });

  it('keeps everything where it is told so', async () => {
    const { hub, clock } = buildHub({ retention: false });
    const event = await hub.dispatch('user.updated', {});
    await hub.drain();
    clock.advance(90_000);
    await settle();
    expect(await hub.events.get(event.id)).to.not.equal(null);
    await hub.close();
  });

  it('is refused where it would forget what failed before the rest', async () => {
    const retention = { finishedMs: 120_000, exhaustedMs: 60_000 };
    await expectError('OPTION_INVALID', () => buildHub({ retention }));
  });
});
