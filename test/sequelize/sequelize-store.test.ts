import { migrate, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes, Sequelize } from 'sequelize';
import {
  aClaim,
  aDelivery,
  aFanOut,
  anEvent,
  aReceipt,
  aWebhook,
  dueIds,
  NOW,
  unheard,
} from '../contracts/store-records.js';
import { expectError } from '../support/expect-error.js';
import { type Connection, connect, makeStore, makeTables } from './connect.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('sequelizeStore, beyond the contract', () => {
  let connection: Connection;
  let sequelize: Sequelize;

  before(async () => {
    connection = await connect({ pool: { max: 1, acquire: 3_000 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  describe('opening', () => {
    it('names the migrations that are pending', async () => {
      const store = sequelizeStore(sequelize, { prefix: 'fresh_' });
      const error = await expectError('MIGRATION_PENDING', () => store.open());
      expect(error.message).to.contain('001-create-tables');
      expect(error.hint).to.contain('hookline migrate up');
      await migrate(sequelize, { prefix: 'fresh_' });
      await store.open();
    });

    it('names them to whoever dispatches into tables that are not there', async () => {
      const store = sequelizeStore(sequelize, { prefix: 'missing_' });
      const insert = () =>
        sequelize.transaction((transaction) => store.events.insert([anEvent()], { transaction }));
      const error = await expectError('MIGRATION_PENDING', insert);
      expect(error.cause).to.have.property('name', 'SequelizeDatabaseError');
    });

    it('names them where the schema is not there', async () => {
      await expectError('MIGRATION_PENDING', () => sequelizeStore(sequelize, { schema: 'nowhere' }).open());
    });

    it('tells that the database does not answer, and why', async () => {
      const nobody = new Sequelize('postgres://127.0.0.1:1/none', { logging: false });
      const error = await expectError('STORE_UNAVAILABLE', () => sequelizeStore(nobody).open());
      expect(error.cause).to.have.property('name', 'SequelizeConnectionRefusedError');
      await nobody.close();
    });

    it('refuses another dialect', async () => {
      const other = {
        getDialect: () => 'sqlite',
        query: async () => [],
        transaction: async () => ({}) as never,
      };
      const error = await expectError('DIALECT_UNSUPPORTED', () => sequelizeStore(other));
      expect(error.message).to.contain('got sqlite');
      await expectError('DIALECT_UNSUPPORTED', () => migrate(other));
    });

    it('refuses what is no Sequelize instance', async () => {
      for (const other of [undefined, null, 'postgres://localhost', {}]) {
        await expectError('OPTION_INVALID', () => sequelizeStore(other as never));
      }
    });
  });

  describe("in the caller's transaction", () => {
    it('keeps what commits and nothing that rolls back, savepoints included', async () => {
      const store = await makeStore(sequelize);
      const [kept, undone, late] = [anEvent(), anEvent(), anEvent()];
      await sequelize.transaction(async (outer) => {
        await store.events.insert([kept], { transaction: outer });
        const inner = await sequelize.transaction({ transaction: outer });
        await sequelize.query('SELECT 1', { transaction: inner });
        await store.events.insert([undone], { transaction: inner });
        await inner.rollback();
      });
      const transaction = await sequelize.transaction();
      await store.events.insert([late], { transaction });
      await transaction.rollback();
      expect(await store.events.list({ limit: 10 })).to.deep.equal([kept]);
      expect(await store.events.claim(aClaim())).to.deep.equal(unheard(kept));
    });

    it('hands no event out before it is committed, nor skips one that commits late', async () => {
      const store = await makeStore(sequelize);
      const other = connection.another({ pool: { max: 1 } });
      const [early, late] = [anEvent(), anEvent()];
      const transaction = await other.transaction();
      await store.events.insert([early], { transaction });
      await store.events.insert([late]);
      expect(await store.events.claim(aClaim())).to.deep.equal(unheard(late));
      await transaction.commit();
      expect(await store.events.claim(aClaim())).to.deep.equal(unheard(early));
    });

    it('fans out what is committed, and leaves the rest to whoever finds it later', async () => {
      const store = await makeStore(sequelize);
      const other = connection.another({ pool: { max: 1 } });
      const [early, late] = [anEvent(), anEvent()];
      const transaction = await other.transaction();
      await store.events.insert([early], { transaction });
      await store.events.insert([late]);
      const deliveries = [early, late].map((event) => aDelivery(event));
      const fanOut = aFanOut({ eventIds: [early.id, late.id], deliveries, unclaimedAt: NOW });
      await store.events.settle(fanOut);
      expect(await dueIds(store.deliveries)).to.deep.equal([deliveries[1]?.id]);
      await transaction.commit();
      expect(await store.events.claim(aClaim())).to.deep.equal(unheard(early));
    });

    it('refuses what is no Sequelize transaction', async () => {
      const store = await makeStore(sequelize);
      const error = await expectError('OPTION_INVALID', () =>
        store.events.insert([anEvent()], { transaction: {} }),
      );
      expect(error.details).to.include({ option: 'transaction' });
    });
  });

  it('passes over rows that somebody else is just claiming, without waiting', async () => {
    const tables = await makeTables(sequelize);
    const store = sequelizeStore(sequelize, tables);
    const [held, free] = [anEvent(), anEvent()];
    const fannedOut = anEvent();
    const [heldDelivery, freeDelivery] = [aDelivery(fannedOut), aDelivery(fannedOut)];
    const owed = aFanOut({ eventIds: [fannedOut.id], deliveries: [heldDelivery, freeDelivery] });
    await store.events.insert([held, free, fannedOut]);
    await store.events.settle(owed);
    const other = connection.another({ pool: { max: 1 } });
    await other.transaction(async (transaction) => {
      const hold = (table: string, column: string, id: string) =>
        other.query(`SELECT FROM ${tables.prefix}${table} WHERE ${column} = '${id}' FOR UPDATE`, {
          transaction,
        });
      await hold('outbox', 'event_id', held.id);
      await hold('deliveries_open', 'id', heldDelivery.id);
      expect(await store.events.claim(aClaim({ limit: 1 }))).to.deep.equal(unheard(free));
      await store.events.renew([held.id, free.id], NOW);
      await store.events.release([held.id, free.id], { isHeard: true });
      expect(await store.events.claim(aClaim())).to.deep.equal([{ event: free, isHeard: true }]);
      const claimed = await store.deliveries.claim(aClaim());
      expect(claimed.map(({ delivery }) => delivery.id)).to.deep.equal([freeDelivery.id]);
      const byId = aClaim({ ids: [heldDelivery.id] });
      expect(await store.deliveries.claim(byId)).to.deep.equal([]);
    });
  });

  it('never lets two batches of requests with keys in common wait for each other', async () => {
    const wide = connection.another({ pool: { max: 5 } });
    const tables = await makeTables(wide);
    const store = sequelizeStore(wide, tables);
    const hold = async (dedupeKey: string) => {
      const { id, source } = aReceipt(anEvent());
      const transaction = await wide.transaction();
      const values = `('${id}', '${source}', '${dedupeKey}', '', 0, 'POST', '/', '{}', '')`;
      await wide.query(`INSERT INTO ${tables.prefix}receipts VALUES ${values}`, { transaction });
      return transaction;
    };
    const record = (...keys: string[]) =>
      store.receipts.record(
        keys.map((dedupeKey) => {
          const event = anEvent();
          return { event, receipt: aReceipt(event, { dedupeKey }) };
        }),
      );
    const waiting = async () => {
      const sql = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      while ((await wide.query(sql, { type: QueryTypes.SELECT })).length < 2) await turn();
    };
    const [first, second] = [await hold('y'), await hold('z')];
    const both = Promise.all([record('a', 'y', 'b'), record('b', 'z', 'a')]);
    await waiting();
    await first.rollback();
    await second.rollback();
    const isNew = (await both).flat();
    expect(isNew.filter(Boolean)).to.have.length(4);
  });

  it('keeps the rows of two prefixes apart', async () => {
    const [one, two] = [await makeStore(sequelize), await makeStore(sequelize)];
    const [event, webhook] = [anEvent(), aWebhook()];
    await one.events.insert([event]);
    await one.events.settle(aFanOut({ eventIds: [event.id], deliveries: [aDelivery(event)] }));
    await one.webhooks.insert(webhook);
    expect(await two.events.list({ limit: 10 })).to.deep.equal([]);
    expect(await two.webhooks.get(webhook.id, {})).to.equal(null);
    expect(await two.deliveries.claim(aClaim())).to.deep.equal([]);
    expect(await dueIds(one.deliveries)).to.have.length(1);
  });

  it('understands a driver that gives a bigint as a BigInt or a number', async () => {
    const event = anEvent();
    const store = await makeStore(sequelize);
    await store.events.insert([event]);
    const { table } = (await sequelize.query(
      "SELECT tablename AS table FROM pg_tables WHERE tablename LIKE 'store%events' ORDER BY length(tablename) DESC, 1 DESC LIMIT 1",
      { plain: true },
    )) as { table: string };
    for (const convert of [BigInt, Number]) {
      const converting = {
        getDialect: () => 'postgres',
        transaction: () => Promise.reject(new Error('none')),
        query: async (sql: string, options: object) => {
          const rows = (await sequelize.query(sql, options)) as unknown as { occurredAt: string }[];
          return rows.map((row) => ({ ...row, occurredAt: convert(row.occurredAt) }));
        },
      };
      const again = sequelizeStore(converting, { prefix: table.replace(/events$/, '') });
      expect(await again.events.get(event.id, {})).to.deep.equal(event);
    }
  });

  it('logs no statement of its own, unless it is told to', async () => {
    const logged: string[] = [];
    const talkative = connection.another({ logging: (sql) => void logged.push(sql) });
    const options = { prefix: 'logged_' };
    await migrate(talkative, options);
    await sequelizeStore(talkative, options).events.claim(aClaim());
    expect(logged.filter((sql) => sql.includes('SKIP LOCKED'))).to.deep.equal([]);
    await sequelizeStore(talkative, { ...options, logging: (sql) => void logged.push(sql) }).events.claim(
      aClaim(),
    );
    expect(logged.filter((sql) => sql.includes('SKIP LOCKED'))).to.have.length(1);
  });

  it('passes on what the database throws', async () => {
    const store = await makeStore(sequelize);
    const event = anEvent();
    await store.events.insert([event]);
    const failure = await store.events.insert([event]).catch((error: unknown) => error);
    expect(failure).to.have.property('name', 'SequelizeUniqueConstraintError');
  });
});
