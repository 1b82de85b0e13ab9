import { memoryStore } from '@hookline/core';
import { expect } from 'chai';
import { anEvent } from '../../contracts/store-records.js';
import { buildHub } from '../../support/build-hub.js';
import { pretendTransaction } from '../../support/pretend-transaction.js';
import { until } from '../../support/until.js';

const PAYLOAD =
  '{"type":"conversation.created","timestamp":"2026-01-01T00:00:00.000Z","account":{"id":42},"data":{}}';

describe('relay', () => {
  it('leaves an event to the sweep that claimed it before its commit was told of', async () => {
    const store = memoryStore();
    const { hub } = buildHub({ store });
    let heard = 0;
    let end = () => {};
    hub.on('*', () => {
      heard += 1;
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    await hub.start();
    let tellOfCommit = () => {};
    store.afterCommit = (_, callback) => {
      tellOfCommit = callback;
    };
    const transaction = pretendTransaction();
    await hub.dispatch('message.created', {}, { transaction });
    transaction.commit();
    const drained = hub.drain();
    await until(() => heard === 1);
    tellOfCommit();
    let isDrained = false;
    void drained.then(() => {
      isDrained = true;
    });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect([heard, isDrained]).to.deep.equal([1, false]);
    end();
    await drained;
    expect(heard).to.equal(1);
    await hub.close();
  });

  it('goes through a backlog larger than its hands in one sweep after the other, without waiting for the next', async () => {
    const store = memoryStore();
    await store.events.insert(Array.from({ length: 5_000 }, () => anEvent({ payload: PAYLOAD })));
    const { hub, logger } = buildHub({ store });
    let heard = 0;
    hub.on('*', () => {
      heard += 1;
    });
    await hub.start();
    for (let turns = 0; turns < 2_000 && heard < 5_000; turns += 1) await new Promise(setImmediate);
    expect(logger.of('error').map(({ fields }) => fields.error)).to.deep.equal([]);
    expect(heard).to.equal(5_000);
    await hub.close();
  });
});
