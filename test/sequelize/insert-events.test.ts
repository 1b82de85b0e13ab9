import type { EventRecord, Store } from '@hookline/core';
import { migrate, type SequelizeStoreOptions, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { type Sequelize, Transaction } from 'sequelize';
import { tablesOf } from '../../packages/sequelize/src/tables.js';
import { captureName, triggerName } from '../../packages/sequelize/src/trigger/capture-name.js';
import { aClaim, anEvent, unheard } from '../contracts/store-records.js';
import { type Connection, connect, makeTables } from './connect.js';

const TABLE = 'conversations';
const OTHER = 'messages';

describe('SequelizeEvents.insert', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let options: SequelizeStoreOptions;
  let store: Store;

  before(async () => {
    connection = await connect();
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  beforeEach(async () => {
    options = await makeTables(sequelize);
    store = sequelizeStore(sequelize, options);
  });

  const stored = () => store.events.list({ limit: 10 });

  describe('with events to replace, in a transaction', () => {
    it('leaves nothing of them when it commits', async () => {
      const [kept, first, second, late] = [anEvent(), anEvent(), anEvent(), anEvent()];
      await sequelize.transaction(async (transaction) => {
        await store.events.insert([kept, first], { transaction });
        await store.events.insert([second], { transaction, replacing: [first.id] });
        await store.events.insert([late], { transaction, replacing: [second.id, 'evt_none'] });
      });
      expect(await stored()).to.deep.equal([late, kept]);
      expect(await store.events.claim(aClaim())).to.deep.equal(unheard(kept, late));
    });

    it('leaves them as they were where their savepoint is rolled back', async () => {
      const [first, late] = [anEvent(), anEvent()];
      await sequelize.transaction(async (transaction) => {
        await store.events.insert([first], { transaction });
        const savepoint = await sequelize.transaction({ transaction });
        await store.events.insert([late], { transaction: savepoint, replacing: [first.id] });
        await savepoint.rollback();
      });
      expect(await stored()).to.deep.equal([first]);
      expect(await store.events.claim(aClaim())).to.deep.equal(unheard(first));
    });

    it('takes them out where none come in their place', async () => {
      const event = anEvent();
      await sequelize.transaction(async (transaction) => {
        await store.events.insert([event], { transaction });
        await store.events.insert([], { transaction, replacing: [event.id] });
      });
      expect(await stored()).to.deep.equal([]);
      expect(await store.events.claim(aClaim())).to.deep.equal([]);
    });
  });

  describe('unless the database records the changes of a table by itself', () => {
    beforeEach(async () => {
      for (const table of [TABLE, OTHER]) {
        await sequelize.query(`DROP TABLE IF EXISTS "${table}"`);
        await sequelize.query(`CREATE TABLE "${table}" ("id" integer)`);
      }
    });

    const functionOf = (table: string) => {
      const tables = tablesOf(options);
      return `${tables.path}"${captureName(tables, table)}"`;
    };

    /** As much as a migration of captured tables leaves that this looks at. */
    async function capture(table = TABLE): Promise<void> {
      const name = functionOf(table);
      await sequelize.query(
        `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
      );
      await sequelize.query(
        `CREATE OR REPLACE TRIGGER "${triggerName(tablesOf(options), 'insert')}" AFTER INSERT ON "${table}" EXECUTE FUNCTION ${name}()`,
      );
    }

    const endCapture = () => sequelize.query(`DROP FUNCTION ${functionOf(TABLE)}() CASCADE`);

    async function insert(event: EventRecord, transaction?: Transaction): Promise<void> {
      await store.events.insert([event], { unlessCaptured: TABLE, ...(transaction && { transaction }) });
    }

    it('stores events while it does not', async () => {
      await capture(OTHER);
      const event = anEvent();
      await insert(event);
      expect(await stored()).to.deep.equal([event]);
    });

    it('stores none while it does, and again when that has ended', async () => {
      await capture();
      await insert(anEvent());
      expect(await stored()).to.deep.equal([]);
      expect(await store.events.claim(aClaim())).to.deep.equal([]);
      await endCapture();
      const event = anEvent();
      await insert(event);
      expect(await stored()).to.deep.equal([event]);
    });

    it('takes out what is replaced all the same', async () => {
      const event = anEvent();
      await insert(event);
      await capture();
      await store.events.insert([anEvent()], { unlessCaptured: TABLE, replacing: [event.id] });
      expect(await stored()).to.deep.equal([]);
    });

    it('looks into the schema that its own tables are in', async () => {
      await sequelize.query('CREATE SCHEMA IF NOT EXISTS elsewhere');
      await capture();
      const { prefix } = options;
      options = { schema: 'elsewhere', prefix };
      await migrate(sequelize, options);
      store = sequelizeStore(sequelize, options);
      const event = anEvent();
      await insert(event);
      expect(await stored()).to.deep.equal([event]);
      await capture();
      await insert(anEvent());
      expect(await stored()).to.deep.equal([event]);
    });

    for (const isolationLevel of [
      Transaction.ISOLATION_LEVELS.READ_COMMITTED,
      Transaction.ISOLATION_LEVELS.REPEATABLE_READ,
      Transaction.ISOLATION_LEVELS.SERIALIZABLE,
    ]) {
      it(`stores none where the function is younger than the snapshot of a transaction (${isolationLevel})`, async () => {
        await sequelize.transaction({ isolationLevel }, async (transaction) => {
          await sequelize.query('SELECT count(*) FROM pg_class', { transaction });
          await insert(anEvent(), transaction);
          await capture();
          await insert(anEvent(), transaction);
        });
        expect(await stored()).to.have.length(1);
      });

      it(`stores events where the function went after the snapshot of a transaction (${isolationLevel})`, async () => {
        await capture();
        await sequelize.transaction({ isolationLevel }, async (transaction) => {
          await sequelize.query('SELECT count(*) FROM pg_class', { transaction });
          await endCapture();
          await insert(anEvent(), transaction);
        });
        expect(await stored()).to.have.length(1);
      });
    }
  });
});
