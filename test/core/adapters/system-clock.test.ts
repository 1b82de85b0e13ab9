import { fakeClock } from '@hookline/core/testing';
import sinon from 'sinon';
import { systemClock } from '../../../packages/core/src/adapters/system-clock.js';
import { clockContract } from '../../contracts/clock-contract.js';

clockContract('system', () => {
  const timers = sinon.useFakeTimers({ now: 1_760_000_000_000 });
  return { clock: systemClock, advance: (ms) => timers.tick(ms), close: () => timers.restore() };
});

clockContract('fake', () => {
  const clock = fakeClock();
  return { clock, advance: clock.advance, close: () => {} };
});
