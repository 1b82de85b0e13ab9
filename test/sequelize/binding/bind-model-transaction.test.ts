import type { EventRecord, Store } from '@hookline/core';
import { bindModel, sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { expect } from 'chai';
import { type ModelStatic, type Sequelize, type Transaction, ValidationError } from 'sequelize';
import { anEvent } from '../../contracts/store-records.js';
import { expectError } from '../../support/expect-error.js';
import { useCls } from '../cls.js';
import { type Connection, connect, makeTables } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { RecordingHub } from '../recording-hub.js';

const EVENTS = {
  created: 'conversation.created',
  updated: 'conversation.updated',
  destroyed: 'conversation.destroyed',
  restored: 'conversation.restored',
};

/** Every test runs on a pool of one connection: a second one inside a transaction would wait for ever. */
describe('bindModel and transactions', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;
  let hub: RecordingHub;
  let tables: TableOptions;
  let store: Store;

  before(async () => {
    connection = await connect({ pool: { max: 1, acquire: 3_000 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  beforeEach(async () => {
    Conversation = await defineConversation(sequelize, { paranoid: true });
    tables = await makeTables(sequelize);
    store = sequelizeStore(sequelize, tables);
    hub = new RecordingHub();
    hub.onDispatch = ({ type, options }) =>
      store.events.insert([anEvent({ type })], withTransaction(options));
    bindModel(Conversation, hub, EVENTS);
  });

  const withTransaction = ({ transaction }: { readonly transaction?: unknown }) => ({ transaction });
  const storedTypes = async () =>
    (await store.events.list({ limit: 50 })).map(({ type }: EventRecord) => type).reverse();
  const rowCount = () => Conversation.count();
  const failWith = (message: string) => {
    hub.onDispatch = () => {
      throw new Error(message);
    };
  };
  const failureOf = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error);

  describe("in the caller's transaction", () => {
    it('writes the event on the same connection, and keeps both with the commit', async () => {
      await sequelize.transaction(async (transaction) => {
        const row = await Conversation.create({ subject: 'hello' }, { transaction });
        await row.update({ subject: 'bye' }, { transaction });
        await row.destroy({ transaction });
        await row.restore({ transaction });
        for (const { options } of hub.dispatched) expect(options.transaction).to.equal(transaction);
      });
      expect(await storedTypes()).to.deep.equal(Object.values(EVENTS));
    });

    it('keeps neither when it rolls back', async () => {
      const transaction = await sequelize.transaction();
      await Conversation.create({ subject: 'hello' }, { transaction });
      await transaction.rollback();
      expect(hub.types).to.deep.equal(['conversation.created']);
      expect(await storedTypes()).to.deep.equal([]);
      expect(await rowCount()).to.equal(0);
    });

    it('keeps neither of a savepoint that is rolled back, and both of the rest', async () => {
      await sequelize.transaction(async (outer) => {
        await Conversation.create({ subject: 'kept' }, { transaction: outer });
        const inner = await sequelize.transaction({ transaction: outer });
        await Conversation.findOne({ transaction: inner });
        const row = await Conversation.create({ subject: 'undone' }, { transaction: inner });
        await row.destroy({ transaction: inner });
        await inner.rollback();
      });
      expect(await storedTypes()).to.deep.equal(['conversation.created']);
      expect(await rowCount()).to.equal(1);
    });

    it('keeps neither of a savepoint that was released when the outer transaction rolls back', async () => {
      const outer = await sequelize.transaction();
      const inner = await sequelize.transaction({ transaction: outer });
      await Conversation.create({ subject: 'undone' }, { transaction: inner });
      await inner.commit();
      await outer.rollback();
      expect(await storedTypes()).to.deep.equal([]);
    });

    it('opens no transaction of its own', async () => {
      const begun: string[] = [];
      await sequelize.transaction(async (transaction) => {
        const logging = (sql: string) => void begun.push(sql);
        await Conversation.create({ subject: 'hello' }, { transaction, logging });
      });
      expect(begun.filter((sql) => /START|SAVEPOINT/.test(sql))).to.deep.equal([]);
    });

    it('is in the transaction that findOrCreate opens', async () => {
      await Conversation.findOrCreate({ where: { subject: 'hello' } });
      expect(hub.last.options.transaction).to.have.property('afterCommit');
      expect(await storedTypes()).to.deep.equal(['conversation.created']);
    });
  });

  describe('where the caller has none', () => {
    it('opens one around the write and its event', async () => {
      const statements: string[] = [];
      const logging = (sql: string) =>
        void statements.push(sql.replace(/^Executing \([^)]*\): (\w+).*$/s, '$1'));
      await Conversation.create({ subject: 'hello' }, { logging });
      expect(statements).to.deep.equal(['START', 'INSERT', 'COMMIT']);
      expect(await storedTypes()).to.deep.equal(['conversation.created']);
    });

    it('undoes the write when the event is refused, and the caller gets the error', async () => {
      failWith('bad data');
      const error = await failureOf(Conversation.create({ subject: 'hello' }));
      expect(error).to.be.instanceOf(Error).with.property('message', 'bad data');
      expect(await rowCount()).to.equal(0);
    });

    it('undoes update, destroy and restore alike', async () => {
      const row = await Conversation.create({ subject: 'hello' });
      const gone = await Conversation.create({ subject: 'gone' });
      await gone.destroy();
      failWith('bad data');
      for (const write of [row.update({ subject: 'bye' }), row.destroy(), gone.restore()]) {
        expect(await failureOf(write)).to.have.property('message', 'bad data');
      }
      const rows = await Conversation.findAll();
      expect(rows.map(({ subject }) => subject)).to.deep.equal(['hello']);
    });

    it('lets an instance be saved again after it failed', async () => {
      const row = Conversation.build({ subject: 'hello' });
      const { onDispatch } = hub;
      failWith('once');
      await failureOf(row.save());
      expect(row.isNewRecord).to.equal(true);
      hub.onDispatch = onDispatch;
      await row.save();
      expect(await rowCount()).to.equal(1);
    });

    it('rejects what validation and constraints refuse, as before', async () => {
      const invalid = await failureOf(Conversation.create({ subject: '' }));
      expect(invalid).to.be.instanceOf(ValidationError);
      const { id } = await Conversation.create({ subject: 'one' });
      const twice = await failureOf(Conversation.create({ id, subject: 'two' }));
      expect(twice).to.have.property('name', 'SequelizeUniqueConstraintError');
      expect(hub.types).to.deep.equal(['conversation.created']);
    });

    it('opens none for a write that runs no hooks', async () => {
      const statements: string[] = [];
      const logging = (sql: string) => void statements.push(sql);
      await Conversation.create({ subject: 'hello' }, { hooks: false, logging });
      expect(statements).to.have.length(1);
    });

    it('makes a bulk call with individualHooks one transaction', async () => {
      const rows = [{ subject: 'one' }, { subject: 'two' }];
      await Conversation.bulkCreate(rows, { individualHooks: true });
      expect(new Set(hub.dispatched.map(({ options }) => options.transaction)).size).to.equal(1);
      failWith('bad data');
      await failureOf(Conversation.bulkCreate([{ subject: 'three' }], { individualHooks: true }));
      await failureOf(Conversation.update({ status: 'closed' }, { where: {}, individualHooks: true }));
      await failureOf(Conversation.destroy({ where: {}, individualHooks: true }));
      expect(await Conversation.count({ where: { status: 'open' } })).to.equal(2);
    });

    it('takes many writes at the same time through one connection', async () => {
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => Conversation.create({ subject: `number ${i}` })),
      );
      expect(await storedTypes()).to.have.length(20);
    });
  });

  describe('at the end of a transaction', () => {
    it('keeps neither where the COMMIT fails', async () => {
      await sequelize.query(
        'ALTER TABLE "Conversations" ADD CONSTRAINT "one_subject" UNIQUE ("subject") DEFERRABLE INITIALLY DEFERRED',
      );
      const transaction = await sequelize.transaction();
      await Conversation.create({ subject: 'hello' }, { transaction });
      await Conversation.create({ subject: 'hello' }, { transaction });
      expect(await failureOf(transaction.commit())).to.have.property(
        'name',
        'SequelizeUniqueConstraintError',
      );
      expect(hub.types).to.have.length(2);
      expect(await storedTypes()).to.deep.equal([]);
      expect(await rowCount()).to.equal(0);
    });

    it('lets an instance be written again whose own COMMIT failed', async () => {
      await sequelize.query(
        'ALTER TABLE "Conversations" ADD CONSTRAINT "one_subject" UNIQUE ("subject") DEFERRABLE INITIALLY DEFERRED',
      );
      await Conversation.create({ subject: 'hello' });
      const row = await Conversation.create({ subject: 'other' });
      expect(await failureOf(row.update({ subject: 'hello', status: 'closed' }))).to.be.an('error');
      expect(row.changed()).to.deep.equal(['subject', 'status']);
      await row.set({ subject: 'bye' }).save();
      expect(hub.last.options.changes).to.deep.equal({
        subject: { previous: 'other', current: 'bye' },
        status: { previous: 'open', current: 'closed' },
      });
      expect(await storedTypes()).to.have.length(3);
    });
  });

  describe('where the account was not read', () => {
    const readInPart = () =>
      Conversation.findOne({ attributes: ['id', 'status'], rejectOnEmpty: true }) as Promise<Conversation>;

    beforeEach(() => Conversation.create({ subject: 'hello' }, { hooks: false }));

    it('reads it', async () => {
      for (const account of ['accountId', (row: Conversation) => row.accountId] as const) {
        bindModel(Conversation, hub, { ...EVENTS, account });
        await (await readInPart()).update({ status: `of ${typeof account}` });
        expect(hub.last.options.account).to.equal(42);
      }
    });

    it('undoes the write where a function answers undefined', async () => {
      bindModel(Conversation, hub, { ...EVENTS, account: () => undefined as never });
      const row = await readInPart();
      const error = await expectError('EVENT_DATA_INVALID', () => row.update({ status: 'closed' }));
      expect(error.details).to.include({ type: 'conversation.updated' });
      expect(error.message).to.contain('account() answered undefined');
      expect(hub.types).to.deep.equal([]);
      expect(await Conversation.count({ where: { status: 'open' } })).to.equal(1);
    });

    it('asks for none where the write makes no event', async () => {
      bindModel(Conversation, hub, { created: 'conversation.created', account: () => undefined as never });
      const row = await readInPart();
      await row.update({ status: 'closed' });
      expect(hub.types).to.deep.equal([]);
      expect(await Conversation.count({ where: { status: 'closed' } })).to.equal(1);
    });

    it('takes null for none', async () => {
      bindModel(Conversation, hub, { ...EVENTS, account: () => null });
      const row = await readInPart();
      await row.update({ status: 'closed' });
      expect(hub.last.options.account).to.equal(null);
    });
  });

  describe('with a transaction in the CLS', () => {
    useCls();

    it('is in that transaction', async () => {
      await sequelize.transaction(async (transaction: Transaction) => {
        await Conversation.create({ subject: 'hello' });
        expect(hub.last.options.transaction).to.equal(transaction);
      });
      expect(await storedTypes()).to.deep.equal(['conversation.created']);
    });

    it('goes with it when it rolls back', async () => {
      await failureOf(
        sequelize.transaction(async () => {
          await Conversation.create({ subject: 'hello' });
          throw new Error('no');
        }),
      );
      expect(await storedTypes()).to.deep.equal([]);
    });

    it('opens one outside of any', async () => {
      await Conversation.create({ subject: 'hello' });
      expect(hub.last.options.transaction).to.have.property('afterCommit');
    });

    it("keeps the store's own statements out of it", async () => {
      const other = connection.another({ pool: { max: 2 } });
      const [separate, event] = [sequelizeStore(other, tables), anEvent()];
      await failureOf(
        other.transaction(async () => {
          await separate.events.insert([event]);
          throw new Error('no');
        }),
      );
      expect(await store.events.get(event.id, {})).to.deep.equal(event);
    });
  });
});
