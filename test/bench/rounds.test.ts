import { expect } from 'chai';
import type { Measurement } from './bench.js';
import { type Contender, playRounds } from './rounds.js';
import { atLeast, atMost, ratioOf } from './targets.js';

describe('Rounds of a bench', () => {
  it('lets the contenders run in turn, and another begins each round', async () => {
    const played: string[] = [];
    await playRounds(contenders(played, { a: [1, 1], b: [1, 1], c: [1, 1] }), options({ rounds: 2 }));
    expect(played.join(' ')).to.equal('a b c b c a');
  });

  it('answers for each contender the medians, and every round as it was', async () => {
    const [result] = await playRounds(contenders([], { a: [30, 10, 20] }), options({ rounds: 3 }));
    expect(result).to.deep.equal({
      name: 'a',
      perSec: 20,
      rounds: [{ perSec: 30 }, { perSec: 10 }, { perSec: 20 }],
    });
  });

  it('plays those alone that are asked for, by their name or what stands before a comma in it', async () => {
    const played: string[] = [];
    const all = contenders(played, { 'ours, alone': [1], 'ours, in company': [1], 'ours-too, alone': [1] });
    await playRounds(all, options({ rounds: 1, only: ['ours'] }));
    expect(played).to.deep.equal(['ours, alone', 'ours, in company']);
  });

  it('rejects where nobody goes by that name, and tells who there is', async () => {
    const played = playRounds(contenders([], { a: [1] }), options({ rounds: 1, only: ['b'] }));
    const problem = await played.then(
      () => 'none',
      (error: Error) => error.message,
    );
    expect(problem).to.match(/no contender b\..*a$/s);
  });

  it('compares ours to a peer round by round', async () => {
    const results = await playRounds(
      contenders([], { ours: [10, 40, 90], peer: [10, 20, 30] }),
      options({ rounds: 3 }),
    );
    expect(ratioOf(results, 'perSec', 'ours', 'peer')).to.equal(2);
    expect(ratioOf(results, 'perSec', 'ours', 'nobody')).to.equal(null);
    expect(ratioOf(results, 'p50', 'ours', 'peer')).to.equal(null);
  });

  it('judges a figure by its target, and leaves out a target without a figure', () => {
    expect(atLeast('speed', 2, 2)).to.deep.equal([{ name: 'speed', want: '>= 2', got: 2, met: true }]);
    expect(atMost('cost', 2, 2.1)).to.deep.equal([{ name: 'cost', want: '<= 2', got: 2.1, met: false }]);
    expect(atMost('cost', 2, null)).to.deep.equal([]);
  });
});

/** Each with its figures, round by round. */
function contenders(
  played: string[],
  figures: Readonly<Record<string, readonly number[]>>,
): readonly Contender[] {
  return Object.entries(figures).map(([name, values]) => {
    const left = [...values];
    return {
      name,
      measure: async (): Promise<Measurement> => {
        played.push(name);
        return { perSec: left.shift() ?? Number.NaN };
      },
    };
  });
}

function options(own: { readonly rounds: number; readonly only?: readonly string[] }) {
  return { note: () => {}, ...own };
}
