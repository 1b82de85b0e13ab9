import { expect } from 'chai';
import { median, percentile, spread } from './statistics.js';

describe('Statistics of a bench', () => {
  it('finds the middle of an odd number of values, and halfway between the middle two of an even one', () => {
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([4, 1, 3, 2])).to.equal(2.5);
  });

  it('takes as a percentile the smallest value that so many are not above', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(values, share))).to.deep.equal([
      100, 190, 198, 200,
    ]);
    expect(percentile([7], 0.99)).to.equal(7);
  });

  it('tells how far values lie apart as a share of their median', () => {
    expect(spread([90, 100, 110])).to.equal(0.2);
  });
});
