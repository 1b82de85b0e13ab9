import type { Store } from '@hookline/core';
import { expect } from 'chai';
import type { Sequelize } from 'sequelize';
import { type Connection, connect, makeStore } from './connect.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('afterCommit', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let store: Store;

  before(async () => {
    connection = await connect({ pool: { max: 1, acquire: 3_000 } });
    sequelize = connection.sequelize;
    store = await makeStore(sequelize);
  });
  after(() => connection.close());

  it('calls back once when the outermost transaction has committed, however often it was asked', async () => {
    let calls = 0;
    const callback = () => {
      calls += 1;
    };
    await sequelize.transaction(async (outer) => {
      await sequelize.transaction({ transaction: outer }, async (inner) => {
        store.afterCommit(inner, callback);
        store.afterCommit(inner, callback);
      });
      store.afterCommit(outer, callback);
      await turn();
      expect(calls).to.equal(0);
    });
    await turn();
    expect(calls).to.equal(1);
  });

  it('does not call back after a rollback', async () => {
    let calls = 0;
    const transaction = await sequelize.transaction();
    store.afterCommit(transaction, () => {
      calls += 1;
    });
    await transaction.rollback();
    await turn();
    expect(calls).to.equal(0);
  });

  it('keeps a callback that throws away from the commit', async () => {
    const outcome = await sequelize.transaction(async (transaction) => {
      store.afterCommit(transaction, () => {
        throw new Error('no');
      });
      return 'committed';
    });
    await turn();
    expect(outcome).to.equal('committed');
  });
});
