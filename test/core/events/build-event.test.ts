import { inspect } from 'node:util';
import { expect } from 'chai';
import sinon from 'sinon';
import {
  buildEventRecord,
  type EventParts,
  serializeData,
  toEvent,
  toNewEvent,
} from '../../../packages/core/src/events/build-event.js';
import type { EventRecord } from '../../../packages/core/src/events/event.js';

const ENVELOPE = ['id', 'type', 'timestamp', 'accountId', 'data'];
const CHAIN = ['causationId', 'correlationId', 'depth'];

function aRecord(data: unknown, parts: Partial<EventParts> = {}): EventRecord {
  return buildEventRecord({
    id: 'evt_1',
    type: 'order.paid',
    visibility: 'subscribable',
    timestamp: 1_700_000_000_123,
    account: null,
    dataJson: serializeData('order.paid', data),
    maxPayloadBytes: 10_000,
    ...parts,
  });
}

describe('an event of a record', () => {
  afterEach(() => sinon.restore());

  it('is read from the payload when somebody looks into it, once', () => {
    const record = aRecord({ id: 1 });
    const parse = sinon.spy(JSON, 'parse');
    const event = toEvent(record);
    expect([event.id, event.type, event.accountId, event.depth]).to.deep.equal([
      'evt_1',
      'order.paid',
      null,
      0,
    ]);
    expect(Object.keys(event)).to.deep.equal([...ENVELOPE, ...CHAIN]);
    expect(parse.callCount).to.equal(0);
    expect(event.data).to.deep.equal({ id: 1 });
    expect(event.data).to.equal(event.data);
    expect(parse.callCount).to.equal(1);
  });

  it('is frozen to the ground', () => {
    const parts = { changes: { tags: { previous: ['a'], current: ['b'] } } };
    const event = toEvent(aRecord({ list: [{ inner: {} }] }, parts));
    const { list } = event.data as { list: { inner: object }[] };
    const inside = [event, event.data, list, list[0], list[0]?.inner, event.changes, event.changes?.tags];
    for (const part of [...inside, event.changes?.tags?.previous]) expect(part).to.be.frozen;
  });

  it('looks like a plain object to whoever copies, compares, writes or clones it', () => {
    const record = aRecord(
      { id: 1 },
      { account: 42, changes: { total: { previous: 1, current: 2 } }, actor: { type: 'user', id: 7 } },
    );
    const plain = {
      id: 'evt_1',
      type: 'order.paid',
      timestamp: 1_700_000_000_123,
      accountId: 42,
      data: { id: 1 },
      changes: { total: { previous: 1, current: 2 } },
      actor: { type: 'user', id: 7 },
      causationId: null,
      correlationId: 'evt_1',
      depth: 0,
    };
    const event = toEvent(record);
    expect(event).to.deep.equal(plain);
    expect({ ...event }).to.deep.equal(plain);
    expect(structuredClone(event)).to.deep.equal(plain);
    expect(JSON.stringify(event)).to.equal(JSON.stringify(plain));
    expect(inspect(event)).to.equal(inspect(plain));
    expect(Object.getPrototypeOf(event)).to.equal(Object.prototype);
  });

  it('can be wrapped and inherited from', () => {
    const event = toEvent(aRecord({ id: 1 }));
    expect(new Proxy(event, {}).data).to.deep.equal({ id: 1 });
    expect(Object.create(event).data).to.deep.equal({ id: 1 });
  });

  for (const given of [
    {},
    { changes: { a: { previous: 1, current: 2 } } },
    { actor: { type: 'user', id: 1 }, subject: { type: 'Order', id: 9 } },
    { changes: {}, actor: { type: 'user', id: null }, subject: { type: 'Order', id: 9 } },
  ]) {
    const optional = Object.keys(given);
    it(`has the keys ${optional.join(', ') || 'of the envelope alone'}, new and read back`, () => {
      const record = aRecord({ id: 1 }, given);
      for (const event of [toNewEvent(record, given), toEvent(record)]) {
        expect(Object.keys(event)).to.deep.equal([...ENVELOPE, ...optional, ...CHAIN]);
        expect(event).to.deep.include({ ...given, data: { id: 1 } });
      }
    });
  }

  it('takes no key of its data for one of its own', () => {
    const data = { nested: { changes: { a: 1 }, actor: {}, subject: {} } };
    const event = toEvent(aRecord(data));
    expect(Object.keys(event)).to.deep.equal([...ENVELOPE, ...CHAIN]);
    expect(event.data).to.deep.equal(data);
  });

  it('lacks what JSON makes nothing of', () => {
    const given = { changes: null, actor: { toJSON: () => null } } as unknown as Partial<EventParts>;
    const record = aRecord({ id: 1 }, given);
    for (const event of [toNewEvent(record, given), toEvent(record)])
      expect(Object.keys(event)).to.deep.equal([...ENVELOPE, ...CHAIN]);
  });

  for (const account of [0, 42, '42', 'a"b\\c', '},"data":{"x":1}', 'Zürich ☃', null]) {
    it(`keeps the account ${JSON.stringify(account)} as it was given`, () => {
      expect(toEvent(aRecord({ account: { id: 'other' } }, { account })).accountId).to.equal(account);
    });
  }

  it('says so where its content was erased', () => {
    const record = aRecord({ id: 1 }, { subject: { type: 'Order', id: 9 } });
    const payload = record.payload.replace(/"data":.*$/, '"data":null}');
    const event = toEvent({ ...record, payload, erasedAt: 1_700_000_000_999 });
    expect(Object.keys(event)).to.deep.equal([...ENVELOPE, ...CHAIN, 'erasedAt']);
    expect(event).to.deep.include({ data: null, erasedAt: 1_700_000_000_999 });
  });

  it('writes each instant as it is, whichever came before', () => {
    const instants = [0, 1_700_000_000_123, 1_700_000_000_123, -62_198_755_200_000, 253_402_300_800_000, 0];
    const written = instants.map((timestamp) => JSON.parse(aRecord({}, { timestamp }).payload).timestamp);
    expect(written).to.deep.equal(instants.map((instant) => new Date(instant).toISOString()));
  });
});
