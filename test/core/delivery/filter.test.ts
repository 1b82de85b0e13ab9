import { inspect } from 'node:util';
import type { Filter } from '@hookline/core';
import { expect } from 'chai';
import { filterProblem } from '../../../packages/core/src/delivery/check-filter.js';
import { matchesFilter } from '../../../packages/core/src/delivery/filter.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const EVENT = {
  type: 'order.paid',
  account: { id: 42 },
  data: {
    total: 120,
    currency: 'EUR',
    items: [
      { sku: 'a', count: 2 },
      { sku: 'b', count: 5 },
    ],
    note: null,
    tags: ['x', 'y'],
  },
  changes: { status: { previous: 'open', current: 'paid' } },
  subject: { type: 'Order', id: 7 },
};

describe('a filter', () => {
  for (const [filter, expected] of [
    [{}, true],
    [{ 'data.total': 120 }, true],
    [{ 'data.total': { $gte: 100, $lt: 200 } }, true],
    [{ 'data.total': { $gt: 120 } }, false],
    [{ 'data.total': { $lte: 120 } }, true],
    [{ 'data.currency': { $in: ['EUR', 'CHF'] } }, true],
    [{ 'data.currency': { $nin: ['EUR'] } }, false],
    [{ 'data.currency': { $ne: 'USD' } }, true],
    [{ 'data.currency': { $startsWith: 'E' } }, true],
    [{ 'data.currency': { $endsWith: 'X' } }, false],
    [{ 'data.currency': { $contains: 'UR' } }, true],
    [{ 'data.total': { $contains: '2' } }, false],
    [{ 'changes.status.current': 'paid' }, true],
    [{ 'changes.status.previous': 'paid' }, false],
    [{ 'changes.title': { $exists: false } }, true],
    [{ 'data.note': null }, true],
    [{ 'data.items.sku': 'b' }, true],
    [{ 'data.items': { $elemMatch: { sku: 'a', count: { $gte: 5 } } } }, false],
    [{ 'data.items': { $elemMatch: { sku: 'b', count: { $gte: 5 } } } }, true],
    [{ 'data.items': { $size: 2 } }, true],
    [{ 'data.tags': { $all: ['x', 'y'] } }, true],
    [{ $or: [{ 'data.total': 1 }, { 'subject.id': 7 }] }, true],
    [{ $and: [{ 'data.total': 120 }, { 'subject.id': 8 }] }, false],
    [{ $nor: [{ 'data.total': 1 }] }, true],
    [{ 'data.total': { $not: { $gt: 200 } } }, true],
    [{ 'data.total': { $mod: [60, 0] } }, true],
    [{ 'data.__proto__.polluted': { $exists: true } }, false],
    [{ 'data.missing.deep.path': 1 }, false],
    [{ 'data.items': { $elemMatch: { $or: [{ sku: 'x' }, { count: 5 }] } } }, true],
    [{ 'data.total': { $type: 'number' } }, true],
    [{ 'data.tags': { $nin: [] } }, true],
    [{ 'data.tags': ['x', 'y'] }, true],
    [{ account: { id: 42 } }, true],
    [{ 'changes.status': { $exists: true } }, true],
    [{ 'changes.status': { previous: 'open', current: 'paid' } }, true],
    [{ type: { $startsWith: 'order.' }, 'subject.id': { $in: [7, '8'] } }, true],
    [{ 'actor.id': null }, true],
    [{ $not: { 'data.total': 1 } }, true],
  ] as readonly [Filter, boolean][]) {
    it(`${JSON.stringify(filter)} ${expected ? 'matches' : 'does not match'}`, () => {
      expect(filterProblem(filter)).to.equal(null);
      expect(matchesFilter(filter, EVENT)).to.equal(expected);
    });
  }

  for (const [filter, problem] of [
    [{ 'data.total': { $where: 'process.exit()' } }, /data\.total\.\$where: is no operator/],
    [{ $where: '1' }, /\$where: is no operator/],
    [{ 'data.name': { $regex: '(a+)+$' } }, /\$regex: is no operator/],
    [{ 'data.total': { $neq: 1 } }, /did you mean \$(n?eq|ne)\?/],
    [{ 'data.total': { $in: 1 } }, /\$in: expected a list/],
    [{ $or: { a: 1 } }, /\$or: expected a list/],
    [{ $or: [1] }, /\$or: expected a list of queries/],
    [{ 'data.a': { $startsWith: 1 } }, /expected text/],
    [{ 'data.a': { $constructor: 1 } }, /is no operator/],
    [{ 'data.a': { $toString: 1 } }, /is no operator/],
    [[], /expected an object/],
    ['a', /expected an object/],
    [null, /expected an object/],
    [{ 'data.a': 'x'.repeat(10_001) }, /longer than/],
    [Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`data.a${i}`, 1])), /more than 100/],
    [JSON.parse(`${'{"data":'.repeat(12)}1${'}'.repeat(12)}`), /nested deeper/],
    [JSON.parse(`${'{"$not":'.repeat(12)}{"data.a":1}${'}'.repeat(12)}`), /nested deeper/],
    [{ total: { $gte: 1 } }, /^total: is no field of what is sent; did you mean data\.total\?$/],
    [{ 'dta.total': 1 }, /did you mean data\.total\?$/],
    [{ id: 'evt_1' }, /^id: is no field/],
    [{ $gte: 5 }, /^\$gte: stands below a field, not at the top$/],
    [{ 'data.x': { y: { $gt: 1 } } }, /^data\.x\.y\.\$gt: an operator stands right below a field/],
    [{ 'data.x': { $gt: 1, y: 1 } }, /^data\.x\.y: is a name beside operators/],
    [{ 'data.x': { $or: [{ $gt: 1 }] } }, /^data\.x\.\$or: /],
    [{ 'data..x': 1 }, /^data\.\.x: expected names/],
    [{ 'data.x': { $mod: 'a' } }, /^data\.x\.\$mod: expected \[divisor, remainder\]$/],
    [{ 'data.x': { $mod: [4] } }, /^data\.x\.\$mod: expected \[divisor, remainder\]$/],
    [{ 'data.x': { $mod: [0, 0] } }, /\$mod: expected .* less than the divisor$/],
    [{ 'data.x': { $mod: [4, 4] } }, /\$mod: expected .* less than the divisor$/],
    [{ 'data.x': { $size: 'a' } }, /^data\.x\.\$size: expected a whole number from 0, got text$/],
    [{ 'data.x': { $type: 5 } }, /^data\.x\.\$type: expected one of "number", "string"/],
    [{ 'data.x': { $type: 'strin' } }, /^data\.x\.\$type: expected one of/],
    [{ 'data.x': { $exists: 'no' } }, /^data\.x\.\$exists: expected true or false, got text$/],
    [{ 'data.x': { $in: 5 } }, /^data\.x\.\$in: expected a list, got a number$/],
    [{ 'data.x': { $in: [] } }, /^data\.x\.\$in: expected a list of one or more/],
    [{ 'data.x': { $in: [1, { $gt: 2 }] } }, /^data\.x\.\$in\.1\.\$gt: an operator/],
    [{ 'data.x': { $all: [] } }, /^data\.x\.\$all: /],
    [{ 'data.x': { $gt: true } }, /^data\.x\.\$gt: expected a number or text, got a boolean$/],
    [{ 'data.x': { $lte: [1] } }, /^data\.x\.\$lte: expected a number or text, got a list$/],
    [{ 'data.x': { $not: 5 } }, /^data\.x\.\$not: expected one or more conditions/],
    [{ 'data.x': { $not: {} } }, /^data\.x\.\$not: expected one or more conditions/],
    [{ 'data.x': { $elemMatch: { $gtt: 5 } } }, /^data\.x\.\$elemMatch\.\$gtt: is no operator/],
    [{ $or: [] }, /^\$or: expected a list of queries, one or more$/],
    [{ $or: [{ 'data.a': 1 }, { total: 1 }] }, /^\$or\.1\.total: is no field/],
    [{ account: 42 }, /^account: expected the path of a field in it/],
    [{ 'account.name': 'a' }, /^account\.name: expected account\.id$/],
    [{ 'subject.name': 'a' }, /expected subject\.type or subject\.id$/],
    [{ 'type.x': 'a' }, /^type\.x: type has no fields$/],
    [{ timestamp: { $gte: 1_700_000_000_000 } }, /^timestamp\.\$gte: expected text, got a number$/],
    [{ type: { $in: ['order.paid', 5] } }, /^type\.\$in\.1: expected text, got a number$/],
    [{ type: { $size: 1 } }, /^type\.\$size: is for a list/],
    [{ snapshot: 'yes' }, /^snapshot: expected true, got text$/],
    [{ 'changes.status': 'paid' }, /^changes\.status: expected the path of a field in it/],
    [{ 'changes.status.curent': 'paid' }, /expected "previous" or "current"/],
    [{ 'data.x': /a+/ }, /^data\.x: expected what JSON can carry/],
    [{ 'data.x': Number.NaN }, /^data\.x: expected what JSON can carry/],
    [{ 'data.x': { $eq: 1n } }, /^data\.x\.\$eq: expected what JSON can carry/],
  ] as readonly [unknown, RegExp][]) {
    it(`${inspect(filter, { breakLength: Infinity, depth: 9 }).slice(0, 70)} is refused`, () => {
      expect(filterProblem(filter)).to.match(problem);
    });
  }

  it('brings a webhook what matches, and nothing else', async () => {
    const { hub, http } = buildHub();
    const input = { url: 'https://receiver.example/', subscriptions: ['*'] };
    await hub.webhooks.create({ ...input, filter: { 'data.total': { $gte: 100 } } });
    for (const total of [99, 100, 101]) await hub.dispatch('order.paid', { total });
    await hub.drain();
    const totals = http.sent.map(({ body }) => JSON.parse(String(body)).data.total);
    expect(totals.sort()).to.deep.equal([100, 101]);
    expect(await hub.deliveries.list()).to.have.length(2);
  });

  it('is refused when a webhook is saved, with the place that is wrong, and taken out by null', async () => {
    const { hub } = buildHub();
    const input = { url: 'https://receiver.example/', subscriptions: ['*'] };
    const wrong = { ...input, filter: { 'data.total': { $gte_: 1 } } };
    const error = await expectError('VALIDATION_FAILED', () => hub.webhooks.create(wrong));
    expect(error.details.fields)
      .to.have.property('filter')
      .that.matches(/^data\.total\.\$gte_: .*\$gte\?$/);
    const { webhook } = await hub.webhooks.create({ ...input, filter: { 'data.a': 1 } });
    expect(webhook.filter).to.deep.equal({ 'data.a': 1 });
    expect(await hub.webhooks.update(webhook.id, { filter: null })).to.not.have.property('filter');
  });

  it('can be tried on an event before it is saved', async () => {
    const { hub } = buildHub();
    const event = await hub.dispatch('order.paid', { total: 5 }, { account: 42 });
    const tryOn = (filter: Filter, scope = {}) =>
      hub.webhooks.testFilter({ filter, eventId: event.id }, scope);
    expect(await tryOn({ 'data.total': 5 })).to.deep.equal({ matches: true });
    expect(await tryOn({ 'data.total': 6 })).to.deep.equal({ matches: false });
    expect(
      await hub.webhooks.testFilter({ filter: { 'data.a': 1 }, event: { data: { a: 1 } } }),
    ).to.deep.equal({ matches: true });
    await expectError('NOT_FOUND', () => tryOn({}, { accountId: 43 }));
    await expectError('VALIDATION_FAILED', () => tryOn({ a: { $where: '1' } }));
    await expectError('VALIDATION_FAILED', () => hub.webhooks.testFilter({ filter: {} }));
  });

  it('throws for no content, whatever it holds', () => {
    const values = [null, undefined, 1, 'a', true, [], {}, [[1]], { a: { b: null } }, Number.NaN];
    const operators = [
      { $gt: 1 },
      { $in: [null, 1] },
      { $size: 1 },
      { $elemMatch: { a: 1 } },
      { $all: [1] },
      { $mod: [2, 0] },
      { $startsWith: 'a' },
      { $not: { $gt: 'a' } },
    ];
    for (const value of values) {
      for (const operator of operators) {
        expect(matchesFilter({ 'data.a': operator } as Filter, { data: { a: value } })).to.be.a('boolean');
        expect(matchesFilter({ 'data.a.b': operator } as Filter, { data: value })).to.be.a('boolean');
      }
    }
  });
});
