import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { randomIdGenerator } from '../../../packages/core/src/adapters/random-id-generator.js';

describe('the id generator', () => {
  it('makes ids that are unique, free of dots, and sort by time', () => {
    const clock = fakeClock();
    const ids = randomIdGenerator(clock);
    const made = Array.from({ length: 5_000 }, () => ids.next('evt'));
    expect(new Set(made).size).to.equal(5_000);
    for (const id of made.slice(0, 100)) expect(id).to.match(/^evt_[0-9a-hjkmnp-tv-z]{26}$/);
    clock.advance(1);
    expect(ids.next('evt') > (made.sort().at(-1) ?? '')).to.equal(true);
  });

  it('makes ids that sort in the order they were made, also when the clock is set back', () => {
    const clock = fakeClock(1_000_000);
    const ids = randomIdGenerator({ ...clock, now: () => clock.now() - (made.length > 50 ? 500 : 0) });
    const made: string[] = [];
    for (let i = 0; i < 200; i++) made.push(ids.next('evt'));
    expect([...made].sort()).to.deep.equal(made);
  });

  it('writes the time as the ULID spec does', () => {
    const ids = randomIdGenerator(fakeClock(1_469_918_176_385));
    expect(ids.next('wh').slice(3, 13)).to.equal('01ARYZ6S41'.toLowerCase());
  });

  it('makes ids that are unique and in order where one millisecond has more than its count goes up to', () => {
    const ids = randomIdGenerator(fakeClock());
    let last = '';
    let isInOrder = true;
    for (let i = 0; i < 1_100_000; i++) {
      const id = ids.next('evt');
      isInOrder &&= id > last && id.length === 30;
      last = id;
    }
    expect(isInOrder).to.equal(true);
  });

  it('takes the time from who has just read the clock', () => {
    const clock = fakeClock(1_000_000);
    const ids = randomIdGenerator(clock);
    expect(ids.next('evt', 1_469_918_176_385).slice(4, 14)).to.equal('01aryz6s41');
    expect(ids.next('evt').slice(4, 14)).to.equal('01aryz6s41');
  });
});
