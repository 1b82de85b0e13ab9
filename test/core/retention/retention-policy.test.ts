import { expect } from 'chai';
import {
  type RetentionOptions,
  resolveRetention,
} from '../../../packages/core/src/retention/retention-policy.js';
import { expectError } from '../../support/expect-error.js';

const DAY_MS = 86_400_000;

describe('resolveRetention', () => {
  it('is on by default, and keeps what failed longer', () => {
    expect(resolveRetention()).to.deep.equal({
      finishedMs: 30 * DAY_MS,
      exhaustedMs: 90 * DAY_MS,
      receiptsMs: 30 * DAY_MS,
      rejectionsMs: 30 * DAY_MS,
      intervalMs: 600_000,
    });
  });

  it('keeps everything where it is told so', () => {
    expect(resolveRetention(false)).to.equal(null);
  });

  it('takes what it is told', () => {
    const options = {
      finishedMs: 60_000,
      exhaustedMs: 70_000,
      receiptsMs: 80_000,
      rejectionsMs: 90_000,
      intervalMs: 1_000,
    };
    expect(resolveRetention(options)).to.deep.equal(options);
  });

  it('keeps what failed at least as long as the rest where only the rest is set', () => {
    expect(resolveRetention({ finishedMs: 365 * DAY_MS })).to.include({ exhaustedMs: 365 * DAY_MS });
  });

  const refused: readonly (readonly [string, unknown])[] = [
    ['retention.finishedMs', { finishedMs: 59_999 }],
    ['retention.finishedMs', { finishedMs: Number.NaN }],
    ['retention.exhaustedMs', { finishedMs: 2 * DAY_MS, exhaustedMs: DAY_MS }],
    ['retention.receiptsMs', { receiptsMs: '30d' }],
    ['retention.rejectionsMs', { rejectionsMs: 59_999 }],
    ['retention.intervalMs', { intervalMs: 0 }],
    ['retention', true],
    ['retention', null],
    ['retention', 86_400_000],
  ];
  for (const [option, value] of refused) {
    it(`refuses ${JSON.stringify(value)}, naming ${option}`, async () => {
      const error = await expectError('OPTION_INVALID', () => resolveRetention(value as RetentionOptions));
      expect(error.details).to.include({ option });
    });
  }
});
