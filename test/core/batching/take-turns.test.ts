import { expect } from 'chai';
import { takeTurns } from '../../../packages/core/src/batching/take-turns.js';

describe('owners who take turns', () => {
  const ownerOf = (item: string) => item.charAt(0);
  const turns = (items: string, count: number) => takeTurns(items.split(' '), count, ownerOf).join(' ');

  it('have as many of the first as any other, each in order', () => {
    expect(turns('a1 a2 a3 a4 b1 a5 c1 b2', 5)).to.equal('a1 b1 c1 a2 b2 a3 a4 a5');
  });

  it('leave nothing out, and change nothing where all go or all are of one', () => {
    expect(turns('a1 a2 b1', 3)).to.equal('a1 a2 b1');
    expect(turns('a1 a2 a3', 2)).to.equal('a1 a2 a3');
    expect(turns('a1 a2 b1', 1)).to.equal('a1 a2 b1');
  });
});
