import { createHub, type Hub, type Store } from '@hookline/core';
import { sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import type { Sequelize } from 'sequelize';
import { RecordingLogger } from '../support/recording-logger.js';
import { useCls } from './cls.js';
import { type Connection, connect, makeStore } from './connect.js';

describe('the transaction that a caller is in without having named it', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let store: Store;

  before(async () => {
    connection = await connect({ pool: { max: 2, acquire: 3_000 } });
    sequelize = connection.sequelize;
    store = await makeStore(sequelize);
  });
  after(() => connection.close());

  it('is none where the app has no CLS', async () => {
    await sequelize.transaction(async () => {
      expect(store.ambientTransaction?.()).to.equal(undefined);
    });
  });

  describe('with a CLS', () => {
    useCls();

    it('is the one in the CLS', async () => {
      expect(store.ambientTransaction?.()).to.equal(undefined);
      await sequelize.transaction(async (transaction) => {
        expect(store.ambientTransaction?.()).to.equal(transaction);
      });
      expect(store.ambientTransaction?.()).to.equal(undefined);
    });

    it('is none that another instance opened: its database may be another', async () => {
      await connection.another().transaction(async () => {
        expect(store.ambientTransaction?.()).to.equal(undefined);
      });
    });

    describe('a hub', () => {
      let hub: Hub;

      beforeEach(async () => {
        hub = createHub({ store: await makeStore(sequelize), logger: new RecordingLogger() });
      });
      afterEach(() => hub.close());

      const dispatchThen = (end: () => void, options = {}) =>
        sequelize
          .transaction(async () => {
            await hub.dispatch('conversation.created', {}, options);
            end();
          })
          .catch((error: unknown) => error);
      const rollBack = () => {
        throw new Error('no');
      };

      it('keeps an event that is dispatched in it when it commits', async () => {
        await dispatchThen(() => {});
        expect(await hub.events.list()).to.have.length(1);
      });

      it('keeps none when it rolls back', async () => {
        expect(await dispatchThen(rollBack)).to.have.property('message', 'no');
        expect(await hub.events.list()).to.deep.equal([]);
      });

      it('keeps an event that is dispatched with transaction: null whatever becomes of it', async () => {
        await dispatchThen(rollBack, { transaction: null });
        expect(await hub.events.list()).to.have.length(1);
      });
    });
  });
});

describe('an instance told by its shape', () => {
  it('has no transaction that nobody named', () => {
    const like = {
      getDialect: () => 'postgres',
      query: async () => [],
      transaction: async () => ({}) as never,
    };
    expect(sequelizeStore(like).ambientTransaction?.()).to.equal(undefined);
  });
});
