import type { Job, Queue } from '@hookline/core';
import { expect } from 'chai';

export interface QueueHarness {
  readonly queue: Queue;
  /** Milliseconds, by the clock of the queue. */
  now(): number;
  /** Lets so much time pass for the queue, and lets it do what it has to do. */
  advance(ms: number): Promise<void>;
}

const STEP_MS = 20;
const PATIENCE_MS = 5_000;
const CLOSE_MS = 1_500;

const job = (id: string): Job => ({ kind: 'delivery', id });
const jobs = (count: number): readonly Job[] =>
  Array.from({ length: count }, (_, index) => job(`job-${index}`));

/** What every Queue must do. `make` gives a new one, which shares its jobs with no other. */
export function queueContract(name: string, make: () => QueueHarness | Promise<QueueHarness>): void {
  describe(`Queue: ${name}`, () => {
    let harness: QueueHarness;
    let queue: Queue;
    let seen: Job[];

    const collect = async (batch: readonly Job[]) => void seen.push(...batch);
    const ids = () => seen.map(({ id }) => id);
    const until = async (isSo: () => boolean) => {
      const end = harness.now() + PATIENCE_MS;
      while (!isSo() && harness.now() < end) await harness.advance(STEP_MS);
    };

    beforeEach(async () => {
      harness = await make();
      queue = harness.queue;
      seen = [];
    });
    afterEach(() => queue.close());

    it('hands out what was enqueued before and after the consumer came, each with its kind', async () => {
      await queue.enqueue([job('a'), job('b')]);
      queue.consume(collect);
      await queue.enqueue([{ kind: 'run', id: 'c' }]);
      await until(() => seen.length === 3);
      expect(seen).to.have.deep.members([job('a'), job('b'), { kind: 'run', id: 'c' }]);
    });

    it('takes an empty list, and a long one', async () => {
      queue.consume(collect);
      await queue.enqueue([]);
      await queue.enqueue(jobs(500));
      await until(() => seen.length === 500);
      expect(ids()).to.have.members(jobs(500).map(({ id }) => id));
    });

    it('holds a delayed job back until its time', async () => {
      queue.consume(collect);
      const enqueuedAt = harness.now();
      await queue.enqueue([job('later')], 400);
      await queue.enqueue([job('now')]);
      await until(() => seen.length === 2);
      expect(ids()).to.deep.equal(['now', 'later']);
      expect(harness.now() - enqueuedAt).to.be.at.least(400);
    });

    it('waits with the rest until the worker has begun what it was given', async () => {
      let begin: (() => void)[] = [];
      queue.consume((batch) => {
        seen.push(...batch);
        return new Promise((resolve) => void begin.push(resolve));
      });
      await queue.enqueue(jobs(1_000));
      await until(() => seen.length > 0);
      await harness.advance(100);
      expect(seen.length).to.be.within(1, 200);
      await until(() => {
        for (const resolve of begin) resolve();
        begin = [];
        return seen.length === 1_000;
      });
      expect(new Set(ids()).size).to.equal(1_000);
    });

    it('closes though the worker has no room, and hands out nothing more', async () => {
      queue.consume((batch) => {
        seen.push(...batch);
        return new Promise(() => {});
      });
      await queue.enqueue(jobs(1_000));
      await until(() => seen.length > 0);
      const closingAt = Date.now();
      const closed = queue.close();
      const count = seen.length;
      await closed;
      expect(Date.now() - closingAt).to.be.below(CLOSE_MS);
      await queue.enqueue([job('late')]);
      await harness.advance(100);
      expect(seen.length).to.equal(count);
    });

    it('closes twice, and without having been used', async () => {
      await Promise.all([queue.close(), queue.close()]);
      await queue.close();
      queue.consume(collect);
      await queue.enqueue([job('late')]);
      await harness.advance(100);
      expect(seen).to.deep.equal([]);
    });
  });
}
