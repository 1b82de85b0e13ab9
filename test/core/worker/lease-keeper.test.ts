import { HooklineError } from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { LeaseKeeper } from '../../../packages/core/src/worker/lease-keeper.js';
import { RecordingLogger } from '../../support/recording-logger.js';

function build(renew: () => Promise<number>) {
  const clock = fakeClock();
  const logger = new RecordingLogger();
  const keeper = new LeaseKeeper({ leaseMs: 5_000, clock, logger, renewals: [renew] });
  keeper.start();
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  return { keeper, pass, logger };
}

describe('lease keeper', () => {
  it('renews five times before a lease would end, for as long as it runs', async () => {
    let count = 0;
    const { keeper, pass } = build(async () => {
      count += 1;
      return 0;
    });
    for (let second = 0; second < 5; second += 1) await pass(1_000);
    expect(count).to.equal(5);
    await keeper.stop();
    await pass(10_000);
    expect(count).to.equal(5);
  });

  it('goes on after a renewal that failed', async () => {
    const answers = [() => Promise.reject(new Error('no connection')), async () => 0];
    let count = 0;
    const { pass, logger } = build(() => {
      count += 1;
      return answers.shift()?.() ?? Promise.resolve(0);
    });
    await pass(1_000);
    await pass(1_000);
    expect(count).to.equal(2);
    expect(logger.of('warn')).to.have.length(1);
  });

  it('tries again at once while the store is away, so that it comes before those who look for what ran out', async () => {
    let count = 0;
    const { pass, logger } = build(async () => {
      count += 1;
      if (count < 3) throw new HooklineError('STORE_UNAVAILABLE', { store: 'test' });
      return 0;
    });
    await pass(1_000);
    await pass(100);
    await pass(200);
    expect(count).to.equal(3);
    expect(logger.of('warn')).to.deep.equal([]);
  });

  it('tells of leases that were lost', async () => {
    const { pass, logger } = build(async () => 2);
    await pass(1_000);
    expect(logger.of('warn').map(({ fields }) => fields.count)).to.deep.equal([2]);
  });
});
