import { HooklineError, type Job, type Queue } from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import sinon from 'sinon';
import { type Role, Roles } from '../../../packages/core/src/roles.js';
import { handOverBy } from '../../../packages/core/src/worker/hand-over.js';
import { Waker } from '../../../packages/core/src/worker/waker.js';

const JOBS: readonly Job[] = [{ kind: 'delivery', id: 'dlv_1' }];

function build(options: { readonly isShared: boolean; readonly roles: readonly Role[] }) {
  const roles = new Roles(options.roles);
  const enqueue = sinon.stub<[readonly Job[], number?], Promise<void>>().resolves();
  const queue: Queue = {
    name: 'test',
    isShared: options.isShared,
    enqueue,
    consume() {},
    close: async () => {},
  };
  const waker = new Waker({ wakeUps: null, roles, clock: fakeClock() });
  const wakeWorkers = sinon.spy(waker, 'wakeWorkers');
  return { handOver: handOverBy({ queue, roles, waker }), enqueue, wakeWorkers };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('handing work over', () => {
  it('goes through a queue that reaches other processes', () => {
    const { handOver, enqueue, wakeWorkers } = build({ isShared: true, roles: ['web'] });
    handOver(JOBS, 500);
    expect(enqueue.args).to.deep.equal([[JOBS, 500]]);
    expect(wakeWorkers.called).to.equal(false);
  });

  it('goes through a queue of this process where that has a worker', () => {
    const { handOver, enqueue } = build({ isShared: false, roles: ['worker'] });
    handOver(JOBS);
    expect(enqueue.args).to.deep.equal([[JOBS, 0]]);
  });

  it('wakes workers elsewhere where neither reaches one, for what is due now', () => {
    const { handOver, enqueue, wakeWorkers } = build({ isShared: false, roles: ['web', 'relay'] });
    handOver(JOBS);
    handOver(JOBS, 5_000);
    expect(enqueue.called).to.equal(false);
    expect(wakeWorkers.callCount).to.equal(1);
  });

  it('wakes workers where the queue is away, for what is due now', async () => {
    const { handOver, enqueue, wakeWorkers } = build({ isShared: true, roles: ['relay'] });
    enqueue.rejects(new HooklineError('QUEUE_UNAVAILABLE', { queue: 'test', problem: 'not connected' }));
    handOver(JOBS);
    handOver(JOBS, 5_000);
    await turn();
    expect(wakeWorkers.callCount).to.equal(1);
  });
});
