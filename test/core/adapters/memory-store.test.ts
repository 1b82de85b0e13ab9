import { memoryStore } from '@hookline/core';
import { expect } from 'chai';
import { storeContract } from '../../contracts/store-contract.js';
import { anEvent } from '../../contracts/store-records.js';

storeContract('memory', memoryStore);

/** As much of a Sequelize transaction as the store looks at. */
interface TransactionLike {
  readonly parent: TransactionLike | null;
  afterCommit(callback: () => void): void;
  commit(): void;
}

function aTransaction(parent: TransactionLike | null = null): TransactionLike {
  const callbacks: (() => void)[] = [];
  return {
    parent,
    afterCommit: (callback: () => void) => void callbacks.push(callback),
    commit: () => {
      for (const callback of callbacks) callback();
    },
  };
}

describe('the memory store', () => {
  it('shows an event when the outermost transaction has committed, and never after a rollback', async () => {
    const store = memoryStore();
    const outermost = aTransaction();
    const savepoint = aTransaction(outermost);
    const event = anEvent();
    await store.events.insert([event], { transaction: savepoint });
    savepoint.commit();
    expect(await store.events.get(event.id, {})).to.equal(null);
    outermost.commit();
    expect(await store.events.get(event.id, {})).to.deep.equal(event);
  });
});
