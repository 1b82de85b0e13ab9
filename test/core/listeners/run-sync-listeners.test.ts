import type { Event } from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import sinon from 'sinon';
import { functionListener } from '../../../packages/core/src/listeners/listener-registry.js';
import { runSyncListeners } from '../../../packages/core/src/listeners/run-listener.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const EVENT = { id: 'evt_1', type: 'order.paid' } as Event;

function listenersOf(...handlers: readonly ((event: Event) => unknown)[]) {
  return handlers.map((handle, index) =>
    functionListener('*', handle, {
      name: `listener ${index}`,
      lane: 'sync',
      retry: null,
      isTransactional: false,
      isOrdered: false,
    }),
  );
}

function withThen(then: PropertyDescriptor): object {
  return Object.defineProperty({}, 'then', then);
}

function buildLane(onError: (error: Error) => unknown = () => {}) {
  const clock = fakeClock();
  const after = sinon.spy(clock, 'after');
  return { after, lane: { clock, logger: new RecordingLogger(), onError, patienceMs: 1_000 } };
}

describe('the sync lane', () => {
  it('has run, without a promise and without a timer, where every listener has answered', () => {
    const { lane, after } = buildLane();
    const heard: number[] = [];
    const answer = runSyncListeners(
      listenersOf(
        () => heard.push(1),
        () => withThen({ value: 'no function' }),
        () => void heard.push(2),
        () => null,
      ),
      EVENT,
      lane,
    );
    expect(answer).to.equal(undefined);
    expect(heard).to.deep.equal([1, 2]);
    expect(after.callCount).to.equal(0);
  });

  it('waits for whatever can be awaited, with a timer for each alone', async () => {
    const { lane, after } = buildLane();
    const heard: number[] = [];
    const thenable = withThen({
      value: (resolve: (value: unknown) => void) => {
        heard.push(1);
        resolve(null);
      },
    });
    const running = runSyncListeners(
      listenersOf(
        () => thenable,
        () => void heard.push(2),
        async () => void heard.push(3),
        () => void heard.push(4),
      ),
      EVENT,
      lane,
    );
    expect(heard).to.deep.equal([]);
    await running;
    expect(heard).to.deep.equal([1, 2, 3, 4]);
    expect(after.callCount).to.equal(2);
  });

  it('goes on after listeners that throw, reject or hand out what throws', async () => {
    const failures: string[] = [];
    const { lane } = buildLane((error) => void failures.push(String((error.cause as Error).message)));
    let heard = 0;
    await runSyncListeners(
      listenersOf(
        () => {
          throw new Error('thrown');
        },
        () => Promise.reject(new Error('rejected')),
        () =>
          withThen({
            get: () => {
              throw new Error('on looking');
            },
          }),
        () => {
          heard += 1;
        },
      ),
      EVENT,
      lane,
    );
    expect(failures).to.deep.equal(['thrown', 'rejected', 'on looking']);
    expect(heard).to.equal(1);
  });
});
