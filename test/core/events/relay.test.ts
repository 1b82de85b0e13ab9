import { memoryStore } from '@hookline/core';
import { expect } from 'chai';
import { anEvent } from '../../contracts/store-records.js';
import { buildHub } from '../../support/build-hub.js';

const PAYLOAD =
  '{"type":"conversation.created","timestamp":"2026-01-01T00:00:00.000Z","account":{"id":42},"data":{}}';

describe('relay', () => {
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
