import { expect } from 'chai';
import { frozenCopy, UNFIT } from '../../../packages/core/src/events/frozen-copy.js';

const copyOf = (value: unknown) => frozenCopy(value, { maxBytes: 0 });
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const PLAIN: readonly unknown[] = [
  null,
  true,
  '',
  'text \u0000 "quoted" \ud800 ☃',
  0,
  -0,
  1.5e300,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  {},
  [],
  [undefined, null, 3],
  Object.assign(new Array(3), { 1: 'between holes' }),
  { a: undefined, b: null, c: [{ d: 'e' }], 2: 'two', 1: 'one' },
  { toString: 'own', constructor: 1, hasOwnProperty: null },
  Object.assign(['a'], { extra: 1 }),
  Object.defineProperty({ shown: 1 }, 'hidden', { value: 2, enumerable: false }),
  { [Symbol('key')]: 1, shown: 2 },
];

const OTHERS: Readonly<Record<string, unknown>> = {
  'a function': () => {},
  'a function inside': { a: () => {} },
  'a symbol': [Symbol('x')],
  'a bigint': { a: 1n },
  'a date': new Date(0),
  'something with toJSON': { toJSON: () => 'other' },
  'a list with toJSON': Object.assign([], { toJSON: () => 'other' }),
  'a class': new (class Money {
    readonly cents = 1;
  })(),
  'a map': new Map([[1, 2]]),
  'a boxed number': Object(1),
  'no prototype': Object.create(null),
  'a key that would set the prototype': JSON.parse('{"__proto__":{"a":1}}'),
  'a list of a kind of its own': new (class Listing extends Array {})(),
};

describe('a frozen copy', () => {
  for (const value of PLAIN) {
    it(`is what JSON makes of ${JSON.stringify(value)}`, () => {
      const copy = copyOf(value);
      expect(copy).to.deep.equal(throughJson(value));
      expect(JSON.stringify(copy)).to.equal(JSON.stringify(value));
    });
  }

  for (const [name, value] of Object.entries(OTHERS)) {
    it(`is not made of ${name}`, () => {
      expect(copyOf(value)).to.equal(UNFIT);
      expect(copyOf({ deep: [value] })).to.equal(UNFIT);
    });
  }

  it('is not made of what is computed as it is read, and reads nothing of it', () => {
    const value = {
      get computed() {
        throw new Error('read');
      },
    };
    expect(copyOf(value)).to.equal(UNFIT);
    expect(copyOf({ deep: [value] })).to.equal(UNFIT);
  });

  it('is not made of a circle', () => {
    const circle: Record<string, unknown> = { list: [] };
    circle.list = [circle, circle];
    expect(copyOf(circle)).to.equal(UNFIT);
  });

  it('is frozen, and shares nothing with what it was made of', () => {
    const value = { list: [{ a: 1 }] };
    const copy = copyOf(value) as typeof value;
    for (const part of [copy, copy.list, copy.list[0]]) expect(part).to.be.frozen;
    expect(copy.list[0]).not.to.equal(value.list[0]);
  });

  it('never weighs less than its JSON does', () => {
    const values = [
      ...PLAIN,
      { long: '\u0001'.repeat(100), ['ü'.repeat(50)]: [false, true, null, -1.5e-300] },
    ];
    for (const value of values) {
      const weight = { maxBytes: 0 };
      frozenCopy(value, weight);
      expect(weight.maxBytes).to.be.at.least(Buffer.byteLength(JSON.stringify(value)));
    }
  });
});
