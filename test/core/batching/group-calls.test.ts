import { HooklineError } from '@hookline/core';
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
    const double = groupCalls(async (items: readonly number[]) => items.map((item) => item * 2), {
      maxItems: 10,
    });
    expect(await Promise.all([1, 2, 3].map(double))).to.deep.equal([2, 4, 6]);
  });

  it('gathers the calls that come while a batch is under way', async () => {
    const batches: (readonly number[])[] = [];
    const first = gate();
    const call = groupCalls(
      async (items: readonly number[]) => {
        batches.push(items);
        if (batches.length === 1) await first.opened;
        return items;
      },
      { maxItems: 10 },
    );
    const one = call(1);
    await Promise.resolve();
    const rest = [2, 3, 4].map(call);
    first.open();
    await Promise.all([one, ...rest]);
    expect(batches).to.deep.equal([[1], [2, 3, 4]]);
  });

  it('has as many batches under way as it may', async () => {
    const batches: (readonly number[])[] = [];
    const slow = gate();
    const call = groupCalls(
      async (items: readonly number[]) => {
        batches.push(items);
        await slow.opened;
        return items;
      },
      { maxItems: 10, atOnce: 2 },
    );
    const calls: Promise<number>[] = [];
    for (const item of [1, 2, 3, 4]) {
      calls.push(call(item));
      await new Promise(setImmediate);
    }
    expect(batches).to.deep.equal([[1], [2]]);
    slow.open();
    expect(await Promise.all(calls)).to.deep.equal([1, 2, 3, 4]);
    expect(batches).to.deep.equal([[1], [2], [3, 4]]);
  });

  it('never exceeds the batch size', async () => {
    const sizes: number[] = [];
    const call = groupCalls(
      async (items: readonly number[]) => {
        sizes.push(items.length);
        return items;
      },
      { maxItems: 2 },
    );
    await Promise.all([1, 2, 3, 4, 5].map(call));
    expect(sizes).to.deep.equal([2, 2, 1]);
  });

  it('makes no batch that weighs too much, but for a single item', async () => {
    const batches: (readonly number[])[] = [];
    const options = { maxItems: 10, weigh: (item: number) => item, maxWeight: 5 };
    const call = groupCalls(async (items: readonly number[]) => {
      batches.push(items);
      return items;
    }, options);
    await Promise.all([2, 2, 2, 9, 1].map(call));
    expect(batches).to.deep.equal([[2, 2], [2], [9], [1]]);
  });

  it('fails all at once where the store is unavailable', async () => {
    let runs = 0;
    const call = groupCalls(
      async () => {
        runs += 1;
        throw new HooklineError('STORE_UNAVAILABLE', { store: 'test' });
      },
      { maxItems: 10 },
    );
    const results = await Promise.allSettled([1, 2, 3].map(call));
    expect(results.every((result) => result.status === 'rejected')).to.equal(true);
    expect(runs).to.equal(1);
  });

  it('lets a bad item fail alone', async () => {
    const call = groupCalls(
      async (items: readonly number[]) => {
        if (items.includes(13)) throw new Error('unlucky');
        return items;
      },
      { maxItems: 10 },
    );
    const results = await Promise.allSettled([1, 13, 3].map(call));
    expect(results.map((result) => result.status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
  });
});
