import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { inProcessQueue } from '../../../packages/core/src/adapters/in-process-queue.js';
import { queueContract } from '../../contracts/queue-contract.js';

queueContract('in-process', () => {
  const clock = fakeClock();
  return { queue: inProcessQueue(clock), clock };
});

describe('the in-process queue', () => {
  it('keeps memory flat: what is far off or too much is left to the sweeper', async () => {
    const queue = inProcessQueue(fakeClock());
    await queue.enqueue([{ kind: 'delivery', id: 'far' }], 3_600_000);
    expect(queue.pending()).to.equal(0);
    await queue.enqueue(
      Array.from({ length: 10_500 }, (_, index) => ({ kind: 'delivery', id: String(index) }) as const),
    );
    expect(queue.pending()).to.equal(10_000);
  });
});
