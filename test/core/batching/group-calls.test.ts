import { expect } from 'chai';
import { groupCalls } from '../../../packages/core/src/batching/group-calls.js';

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('groupCalls', () => {
  it('answers each call with its own result', async () => {
    const double = groupCalls(async (items: readonly number[]) => items.map((item) => item * 2), 10);
    expect(await Promise.all([1, 2, 3].map(double))).to.deep.equal([2, 4, 6]);
  });

  it('gathers the calls that come while a batch is under way', async () => {
    const batches: (readonly number[])[] = [];
    const first = gate();
    const call = groupCalls(async (items: readonly number[]) => {
      batches.push(items);
      if (batches.length === 1) await first.opened;
      return items;
    }, 10);
    const one = call(1);
    await Promise.resolve();
    const rest = [2, 3, 4].map(call);
    first.open();
    await Promise.all([one, ...rest]);
    expect(batches).to.deep.equal([[1], [2, 3, 4]]);
  });

  it('never exceeds the batch size', async () => {
    const sizes: number[] = [];
    const call = groupCalls(async (items: readonly number[]) => {
      sizes.push(items.length);
      return items;
    }, 2);
    await Promise.all([1, 2, 3, 4, 5].map(call));
    expect(sizes).to.deep.equal([2, 2, 1]);
  });

  it('lets a bad item fail alone', async () => {
    const call = groupCalls(async (items: readonly number[]) => {
      if (items.includes(13)) throw new Error('unlucky');
      return items;
    }, 10);
    const results = await Promise.allSettled([1, 13, 3].map(call));
    expect(results.map((result) => result.status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
  });
});
