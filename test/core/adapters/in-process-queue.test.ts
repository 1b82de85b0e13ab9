import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { inProcessQueue } from '../../../packages/core/src/adapters/in-process-queue.js';
import { queueContract } from '../../contracts/queue-contract.js';

queueContract('in-process', () => {
  const clock = fakeClock();
  return {
    queue: inProcessQueue(clock),
    now: () => clock.now(),
    advance: async (ms) => {
      clock.advance(ms);
      await new Promise(setImmediate);
    },
  };
});

describe('the in-process queue', () => {
  it('keeps memory flat: what is far off or too much is left to the store', async () => {
    const clock = fakeClock();
    const queue = inProcessQueue(clock);
    await queue.enqueue([{ kind: 'delivery', id: 'far' }], 3_600_000);
    await queue.enqueue(
      Array.from({ length: 10_500 }, (_, index) => ({ kind: 'delivery', id: String(index) }) as const),
    );
    clock.advance(3_600_000);
    const seen: string[] = [];
    queue.consume(async (jobs) => void seen.push(...jobs.map(({ id }) => id)));
    await new Promise(setImmediate);
    expect(seen).to.have.length(10_000);
    expect(seen).not.to.include('far');
  });
});
