import type { Job, Queue } from '@hookline/core';
import type { FakeClock } from '@hookline/core/testing';
import { expect } from 'chai';

export interface QueueHarness {
  readonly queue: Queue;
  readonly clock: FakeClock;
}

const job = (id: string): Job => ({ kind: 'delivery', id });

/** What every Queue must do. */
export function queueContract(name: string, make: () => QueueHarness): void {
  describe(`Queue: ${name}`, () => {
    it('hands out what was enqueued before and after the consumer came', async () => {
      const { queue } = make();
      const seen: string[] = [];
      await queue.enqueue([job('a'), job('b')]);
      queue.consume(async (jobs) => void seen.push(...jobs.map(({ id }) => id)), { concurrency: 10 });
      await queue.enqueue([{ kind: 'run', id: 'c' }]);
      await queue.idle();
      expect(seen).to.have.members(['a', 'b', 'c']);
      expect(queue.pending()).to.equal(0);
      await queue.close();
    });

    it('does not queue twice what is still waiting', async () => {
      const { queue } = make();
      const seen: string[] = [];
      await queue.enqueue([job('a'), job('a')]);
      await queue.enqueue([job('a')]);
      queue.consume(async (jobs) => void seen.push(...jobs.map(({ id }) => id)), { concurrency: 10 });
      await queue.idle();
      expect(seen).to.deep.equal(['a']);
      await queue.close();
    });

    it('holds a delayed job back until its time', async () => {
      const { queue, clock } = make();
      const seen: string[] = [];
      queue.consume(async (jobs) => void seen.push(...jobs.map(({ id }) => id)), { concurrency: 10 });
      await queue.enqueue([job('a')], 1_000);
      clock.advance(999);
      await queue.idle();
      expect(seen).to.deep.equal([]);
      clock.advance(1);
      await queue.idle();
      expect(seen).to.deep.equal(['a']);
      await queue.close();
    });

    it('has no more in hand at once than it may', async () => {
      const { queue } = make();
      let inHand = 0;
      let most = 0;
      queue.consume(
        async (jobs) => {
          inHand += jobs.length;
          most = Math.max(most, inHand);
          await new Promise(setImmediate);
          inHand -= jobs.length;
        },
        { concurrency: 3 },
      );
      await queue.enqueue(Array.from({ length: 20 }, (_, index) => job(String(index))));
      await queue.idle();
      expect(most).to.be.within(1, 3);
      await queue.close();
    });

    it('waits, on close, for the jobs in hand and hands out no more', async () => {
      const { queue } = make();
      const finished: string[] = [];
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      queue.consume(
        async ([first]) => {
          await released;
          finished.push(first?.id ?? '');
        },
        { concurrency: 1 },
      );
      await queue.enqueue([job('a'), job('b')]);
      const closed = queue.close();
      await queue.enqueue([job('c')]);
      release();
      await closed;
      expect(finished).to.deep.equal(['a']);
    });
  });
}
