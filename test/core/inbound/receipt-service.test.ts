import {
  type AnySource,
  defineEvents,
  type Event,
  memoryStore,
  payload,
  type SourceOptions,
} from '@hookline/core';
import { expect } from 'chai';
import { toEvent } from '../../../packages/core/src/events/build-event.js';
import { defineSender } from '../../../packages/core/src/inbound/create-source.js';
import { sharedToken } from '../../../packages/core/src/inbound/schemes/shared-token.js';
import { earliestId } from '../../../packages/core/src/retention/earliest-id.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const secret = 'a token that nobody may see';
const events = defineEvents({ 'shop.paid': payload<unknown>(), 'shop.order_paid': payload<unknown>() });

const byQuery = defineSender({
  kind: 'acme',
  title: 'Acme',
  docs: '',
  evidence: 'single',
  scheme: sharedToken({ query: 'token' }),
  id: { header: 'x-id' },
  type: { query: 'type' },
});

/** A hub that took in one request of the source `shop`. */
async function aHubWith(options: Omit<SourceOptions, 'secret'> = {}, parts: object = {}) {
  const store = memoryStore();
  const world = buildHub({ events, store });
  world.hub.addSource('shop', byQuery({ secret, ...options }));
  const result = await world.hub.receive('shop', {
    url: `/inbound/shop?type=paid&token=${secret.replaceAll(' ', '+')}&a=%20`,
    headers: { 'x-id': 'one', 'hookline-depth': '4', cookie: 'a=1' },
    body: '{"customer": "c1", "big": 12345678901234567890}',
    ...parts,
  });
  if (!result.isNew) throw new Error('expected a new request');
  world.clock.advance(1_000);
  return { ...world, ...result, store };
}

/** The same store, under a hub that mounts this in place of `shop`. */
function another(store: ReturnType<typeof memoryStore>, source?: AnySource) {
  const world = buildHub({ store, events });
  if (source) world.hub.addSource('shop', source);
  return world;
}

describe('hub.receipts', () => {
  it('shows a receipt with its headers and bytes, and lists it without', async () => {
    const { hub, receiptId, eventId } = await aHubWith();
    const receipt = await hub.receipts.get(receiptId);
    expect(receipt).to.deep.include({
      ...{ id: receiptId, eventId, source: 'shop', dedupeKey: 'one', method: 'POST', erasedAt: null },
      headers: { 'x-id': 'one', 'hookline-depth': '4' },
      body: Buffer.from('{"customer": "c1", "big": 12345678901234567890}'),
    });
    const { headers: _, body: __, ...summary } = receipt ?? {};
    expect(await hub.receipts.list()).to.deep.equal([summary]);
    expect(await hub.receipts.list({ source: 'shop', before: receiptId })).to.deep.equal([]);
    expect(await hub.receipts.list({ source: 'other' })).to.deep.equal([]);
    expect(await hub.receipts.get('rct_\0')).to.equal(null);
    await expectError('VALIDATION_FAILED', () => hub.receipts.list({ limit: 251 }));
    await hub.close();
  });

  for (const [url, kept] of [
    ['/in?type=paid&token=a+token+that+nobody+may+see&a=%20', '/in?type=paid&token=REDACTED&a=%20'],
    ['/in?to%6ben=a%20token%20that%20nobody%20may%20see', '/in?to%6ben=REDACTED'],
    [
      'https://app.example/in?token=a+token+that+nobody+may+see&&token=b&x',
      'https://app.example/in?token=REDACTED&&token=REDACTED&x',
    ],
    ['/in?token=a+token+that+nobody+may+see#token=c', '/in?token=REDACTED'],
    ['/in?tokens=1&token=a+token+that+nobody+may+see', '/in?tokens=1&token=REDACTED'],
  ] as const) {
    it(`keeps ${kept} of its URL`, async () => {
      const { hub, receiptId } = await aHubWith({}, { url });
      expect((await hub.receipts.get(receiptId))?.url).to.equal(kept);
      await hub.close();
    });
  }

  it('keeps the path and nothing else of the URL when it is erased', async () => {
    const { hub, receiptId, eventId, clock } = await aHubWith();
    await hub.events.erase(eventId);
    const erasedAt = clock.now();
    expect(await hub.receipts.get(receiptId)).to.deep.include({ url: '/inbound/shop', erasedAt });
    clock.advance(1);
    await hub.events.erase(eventId);
    expect(await hub.receipts.get(receiptId)).to.include({ erasedAt });
    await hub.close();
  });
});

describe('hub.receipts.replay', () => {
  it('dispatches the request again, as an event of its own that follows from the first', async () => {
    const { hub, store, receiptId, eventId, clock } = await aHubWith({ account: () => 42 });
    const heard: Event[] = [];
    hub.on('shop.*', (event) => void heard.push(event));
    const event = await hub.receipts.replay(receiptId);
    await hub.drain();
    expect(event).to.include({
      ...{ type: 'shop.paid', timestamp: clock.now(), accountId: 42 },
      ...{ causationId: eventId, correlationId: eventId, requestId: receiptId, depth: 6 },
    });
    expect(event.id).to.not.equal(eventId);
    expect(event.actor).to.deep.equal({ type: 'source', id: 'shop' });
    expect(heard.map(({ id }) => id)).to.include.members([event.id]);
    const [first, again] = await Promise.all([eventId, event.id].map((id) => store.events.get(id, {})));
    expect(again?.visibility).to.equal('subscribable');
    expect(dataOf(again?.payload)).to.equal(dataOf(first?.payload)).and.include('12345678901234567890');
    await hub.close();
  });

  it('makes one more event each time, all about one receipt', async () => {
    const { hub, receiptId, eventId } = await aHubWith();
    const made = [await hub.receipts.replay(receiptId), await hub.receipts.replay(receiptId)];
    expect(new Set([eventId, ...made.map(({ id }) => id)]).size).to.equal(3);
    expect(await hub.receipts.list()).to.have.length(1);
    for (const { causationId } of made) expect(causationId).to.equal(eventId);
    await hub.close();
  });

  it('reads the request anew, so that a change of the source shows', async () => {
    const { hub, store, receiptId } = await aHubWith();
    await hub.close();
    const { hub: later } = another(store, byQuery({ secret, subject: { path: 'customer' } }));
    const event = await later.receipts.replay(receiptId);
    expect(event.subject).to.deep.equal({ type: 'shop', id: 'c1' });
    await later.close();
  });

  it('leaves it with the account that it was for', async () => {
    const { hub, store, receiptId } = await aHubWith({ account: () => 'one' });
    await hub.close();
    const { hub: later } = another(store, byQuery({ secret, account: () => 'two' }));
    expect((await later.receipts.replay(receiptId)).accountId).to.equal('one');
    await later.close();
  });

  it('copies the first event, byte for byte but for its time, where no source is mounted under that name', async () => {
    const { hub, store, receiptId, eventId } = await aHubWith({
      account: () => 42,
      subject: { path: 'customer' },
    });
    await hub.close();
    const { hub: later, clock } = another(store);
    clock.advance(5_000);
    const event = await later.receipts.replay(receiptId);
    const [first, again] = await Promise.all([eventId, event.id].map((id) => store.events.get(id, {})));
    if (!first || !again) throw new Error('expected both events');
    const iso = (instant: number) => new Date(instant).toISOString();
    expect(again.payload).to.equal(first.payload.replace(iso(first.occurredAt), iso(clock.now())));
    const { id, payload: _, occurredAt: __, causationId: ___, depth: ____, ...same } = first;
    expect(again).to.include({ ...same, occurredAt: clock.now(), causationId: id, depth: first.depth + 1 });
    expect(event).to.deep.equal(toEvent(again));
    await later.close();
  });

  it('reads a request whose first event retention has removed', async () => {
    const { hub, store, receiptId, eventId, clock } = await aHubWith({ account: () => 42 });
    await hub.drain();
    const endedBefore = clock.now();
    await store.prune({
      ...{ kind: 'events', after: '', until: earliestId('evt', endedBefore), limit: 10 },
      ...{ endedBefore, exhaustedBefore: endedBefore },
    });
    expect(await hub.events.get(eventId)).to.equal(null);
    expect(await hub.receipts.replay(receiptId)).to.include({
      ...{ type: 'shop.paid', accountId: 42, causationId: eventId, correlationId: eventId, depth: 6 },
    });
    const { hub: later } = another(store);
    const error = await expectError('RECEIPT_UNREADABLE', () => later.receipts.replay(receiptId));
    expect(error.message).to.include(receiptId).and.include('"shop"');
    await Promise.all([hub.close(), later.close()]);
  });

  it('refuses what was erased, also where the event is gone since', async () => {
    const { hub, store, receiptId, eventId, clock } = await aHubWith();
    await hub.drain();
    await hub.events.erase(eventId);
    await expectError('EVENT_ERASED', () => hub.receipts.replay(receiptId));
    const endedBefore = clock.now();
    await store.prune({
      ...{ kind: 'events', after: '', until: earliestId('evt', endedBefore), limit: 10 },
      ...{ endedBefore, exhaustedBefore: endedBefore },
    });
    await expectError('EVENT_ERASED', () => hub.receipts.replay(receiptId));
    expect(await hub.events.list()).to.deep.equal([]);
    await hub.close();
  });

  it('knows no receipt that is not there', async () => {
    const { hub } = buildHub();
    const error = await expectError('NOT_FOUND', () => hub.receipts.replay('rct_none'));
    expect(error.message).to.equal('There is no receipt "rct_none" here.');
    await hub.close();
  });
});

function dataOf(text = ''): string {
  return text.slice(text.indexOf(',"data":'), text.indexOf(',"actor":'));
}
