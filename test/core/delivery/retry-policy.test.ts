import { polynomialRetry, retrySchedule, standardRetry } from '@hookline/core';
import { expect } from 'chai';
import { toPolicy } from '../../../packages/core/src/delivery/retry-policy.js';
import { expectError } from '../../support/expect-error.js';

const HOUR = 3_600_000;
const delays = (policy: ReturnType<typeof standardRetry>, random: number) =>
  Array.from({ length: policy.maxAttempts }, (_, index) => policy.delayMsAfterAttempt(index + 1, random));

describe('retry policies', () => {
  it('makes ten attempts over 75.6 hours by default, as the Standard Webhooks spec suggests', () => {
    const policy = standardRetry();
    const waits = delays(policy, 0.5);
    expect(policy.maxAttempts).to.equal(10);
    expect(waits.slice(0, 3)).to.deep.equal([5_000, 300_000, 1_800_000]);
    expect(waits.at(-1)).to.equal(null);
    const total = waits.reduce<number>((sum, wait) => sum + (wait ?? 0), 0);
    expect(total / HOUR).to.be.closeTo(75.6, 0.05);
  });

  it('spreads a delay by 20 % either way', () => {
    const policy = retrySchedule([10_000]);
    expect(policy.delayMsAfterAttempt(1, 0)).to.equal(8_000);
    expect(policy.delayMsAfterAttempt(1, 1)).to.equal(12_000);
  });

  it('ends when the list ends', () => {
    expect(delays(retrySchedule([5, 10], { jitter: 0 }), 0.9)).to.deep.equal([5, 10, null]);
  });

  it("follows the seed's polynomial", () => {
    expect(delays(polynomialRetry(), 0)).to.deep.equal([3_000, 18_000, 83_000, 258_000, null]);
    expect(polynomialRetry().delayMsAfterAttempt(2, 1)).to.equal(20_400);
  });

  for (const [name, make] of [
    ['a negative delay', () => retrySchedule([-1])],
    ['a delay that is no number', () => retrySchedule([Number.NaN])],
    ['a jitter above 1', () => retrySchedule([1], { jitter: 1.5 })],
    ['no attempt at all', () => polynomialRetry({ attempts: 0 })],
  ] as const) {
    it(`refuses ${name}`, async () => {
      await expectError('OPTION_INVALID', make);
    });
  }

  it('takes a minute for what is no time: a receiver must not be sent to as fast as it fails', () => {
    for (const wrong of [Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 60]) {
      const policy = toPolicy('retry', { maxAttempts: 5, delayMsAfterAttempt: () => wrong }, standardRetry);
      expect(policy.delayMsAfterAttempt(1, 0)).to.equal(60_000);
    }
    const policy = toPolicy(
      'retry',
      { maxAttempts: 5, delayMsAfterAttempt: (n) => (n < 2 ? 0 : null) },
      standardRetry,
    );
    expect([1, 2].map((attempt) => policy.delayMsAfterAttempt(attempt, 0))).to.deep.equal([0, null]);
  });
});
