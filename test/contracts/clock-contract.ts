import type { Clock } from '@hookline/core';
import { expect } from 'chai';

export interface ClockHarness {
  readonly clock: Clock;
  advance(ms: number): void;
  close(): void;
}

/** What every Clock must do. */
export function clockContract(name: string, make: () => ClockHarness): void {
  describe(`Clock: ${name}`, () => {
    let harness: ClockHarness;
    beforeEach(() => {
      harness = make();
    });
    afterEach(() => harness.close());

    it('moves on', () => {
      const before = harness.clock.now();
      harness.advance(1_500);
      expect(harness.clock.now() - before).to.equal(1_500);
    });

    it('calls back once, when it is time', () => {
      const calls: number[] = [];
      harness.clock.after(1_000, () => calls.push(harness.clock.now()));
      const before = harness.clock.now();
      harness.advance(999);
      expect(calls).to.deep.equal([]);
      harness.advance(5_000);
      expect(calls).to.deep.equal([before + 1_000]);
    });

    it('forgets what was cancelled, also twice', () => {
      let calls = 0;
      const cancel = harness.clock.after(10, () => {
        calls += 1;
      });
      cancel();
      cancel();
      harness.advance(100);
      expect(calls).to.equal(0);
    });

    it('fires in the order of time, and what is set on the way', () => {
      const calls: string[] = [];
      harness.clock.after(20, () => calls.push('second'));
      harness.clock.after(10, () => {
        calls.push('first');
        harness.clock.after(5, () => calls.push('between'));
      });
      harness.advance(100);
      expect(calls).to.deep.equal(['first', 'between', 'second']);
    });
  });
}
