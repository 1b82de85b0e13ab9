import { expect } from 'chai';
import { DueIds, take } from '../../../packages/core/src/adapters/memory-due.js';

describe('ids by the instant they are due', () => {
  it('come the longest due first, those of one instant as they were added', () => {
    const ids = new DueIds();
    for (const [id, at] of [
      ['c', 30],
      ['a', 10],
      ['d', 30],
      ['b', 20],
      ['z', 5],
    ] as const)
      ids.add(id, at);
    expect([...ids.due(29)]).to.deep.equal(['z', 'a', 'b']);
    expect([...ids.due(30)]).to.deep.equal(['z', 'a', 'b', 'c', 'd']);
    expect([...ids.due(4)]).to.deep.equal([]);
  });

  it('are due at whatever instant they are given anew', () => {
    const ids = new DueIds();
    ids.add('a', 10);
    ids.delete('a', 10);
    expect([...ids.due(100)]).to.deep.equal([]);
    ids.add('a', 50);
    ids.add('b', 10);
    ids.delete('b', 50);
    expect([...ids.due(49)]).to.deep.equal(['b']);
    expect([...ids.due(50)]).to.deep.equal(['b', 'a']);
  });

  it('are what a plain list would give, whatever is added and deleted', () => {
    const ids = new DueIds();
    const model = new Map<string, number>();
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let step = 0; step < 1_500; step++) {
      const id = `id ${random(50)}`;
      const known = model.get(id);
      if (known !== undefined) ids.delete(id, known);
      model.delete(id);
      if (random(3) > 0) {
        const at = random(40);
        ids.add(id, at);
        model.set(id, at);
      }
      const now = random(45);
      const due = [...model].filter(([, at]) => at <= now).map(([each]) => each);
      expect([...ids.due(now)]).to.have.members(due);
      const instants = [...ids.due(now)].map((each) => model.get(each) ?? -1);
      expect(instants).to.deep.equal(instants.toSorted((one, other) => one - other));
    }
  });

  it('are taken up to a limit, but for those spared', () => {
    expect(take(['a', 'b', 'c', 'd'], 2, new Set(['b']))).to.deep.equal(['a', 'c']);
    expect(take(['a'], 0)).to.deep.equal([]);
    expect(take([], 3)).to.deep.equal([]);
  });
});
