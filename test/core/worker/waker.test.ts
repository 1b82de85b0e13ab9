import type { WakeUp, WakeUps } from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { type Role, Roles } from '../../../packages/core/src/roles.js';
import { Waker } from '../../../packages/core/src/worker/waker.js';

class Wire implements WakeUps {
  readonly announced: WakeUp[] = [];
  readonly listeners = new Set<(wakeUp: WakeUp) => void>();

  async announce(wakeUp: WakeUp): Promise<void> {
    this.announced.push(wakeUp);
  }

  async listen(callback: (wakeUp: WakeUp) => void): Promise<() => Promise<void>> {
    this.listeners.add(callback);
    return async () => void this.listeners.delete(callback);
  }
}

function buildWaker(...roles: readonly Role[]) {
  const wire = new Wire();
  const clock = fakeClock();
  const waker = new Waker({ wakeUps: wire, roles: new Roles(roles), clock });
  let count = 0;
  waker.start(() => {
    count += 1;
  });
  return { wire, clock, waker, wokenHere: () => count };
}

describe('waker', () => {
  it('wakes this process where it relays, and tells nobody else', () => {
    const { wire, waker, wokenHere } = buildWaker('relay');
    waker.wakeRelays();
    expect(wokenHere()).to.equal(1);
    expect(wire.announced).to.deep.equal([]);
  });

  it('tells the others where this process does not relay', () => {
    const { wire, waker, wokenHere } = buildWaker('web', 'worker');
    waker.wakeRelays();
    expect(wokenHere()).to.equal(0);
    expect(wire.announced).to.deep.equal(['events']);
  });

  it('makes one announcement of a burst, and a second one for what came after the first', () => {
    const { wire, clock, waker } = buildWaker('web');
    for (let index = 0; index < 100; index += 1) waker.wakeRelays();
    expect(wire.announced).to.deep.equal(['events']);
    clock.advance(50);
    expect(wire.announced).to.deep.equal(['events', 'events']);
    clock.advance(1_000);
    expect(wire.announced).to.have.length(2);
  });

  it('hears only what is its role, and nothing after it was stopped', async () => {
    const { wire, waker, wokenHere } = buildWaker('worker');
    for (const hear of wire.listeners) hear('events');
    expect(wokenHere()).to.equal(0);
    const [hear = () => {}] = wire.listeners;
    hear('work');
    expect(wokenHere()).to.equal(1);
    await waker.stop();
    expect(wire.listeners.size).to.equal(0);
    hear('work');
    expect(wokenHere()).to.equal(1);
  });

  it('does not listen where there is nothing to do here', () => {
    const { wire } = buildWaker('web');
    expect(wire.listeners.size).to.equal(0);
  });
});
