import { createHub, type Hub } from '@hookline/core';
import { bindModel, type ModelBinding, sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { expect } from 'chai';
import type { ModelStatic, Sequelize, Transaction } from 'sequelize';
import { RecordingLogger } from '../../support/recording-logger.js';
import { type Connection, connect, makeTables } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';

const EVENTS = {
  created: 'conversation.created',
  updated: 'conversation.updated',
  destroyed: 'conversation.destroyed',
  restored: 'conversation.restored',
} as const;
const SECRET = 'not for the log';

/** The table of events refuses some of them, as it would with a bug of ours. On a pool of one connection. */
describe('an event that cannot be stored', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;
  let tables: TableOptions;
  let logger: RecordingLogger;
  let hub: Hub;

  before(async () => {
    connection = await connect({ pool: { max: 1, acquire: 5_000 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());
  beforeEach(async () => {
    Conversation = await defineConversation(sequelize, { paranoid: true });
    tables = await makeTables(sequelize);
    logger = new RecordingLogger();
    hub = createHub({ store: sequelizeStore(sequelize, tables), logger });
    await hub.start();
    await sequelize.query(
      `ALTER TABLE "${tables.prefix}events" ADD CONSTRAINT "fault" CHECK ("payload" NOT LIKE '%${SECRET}%')`,
    );
  });
  afterEach(() => hub.close());

  const bind = (binding: Partial<ModelBinding<Conversation>>) =>
    bindModel(Conversation, hub, { ...EVENTS, ...binding });
  const bad = (transaction?: Transaction | null) =>
    Conversation.create({ subject: SECRET }, { transaction: transaction ?? undefined } as object);
  const good = (transaction?: Transaction | null) =>
    Conversation.create({ subject: 'hello' }, { transaction: transaction ?? undefined } as object);
  const failureOf = (work: Promise<unknown>) => work.then(() => null).catch((error: Error) => error.message);
  const subjects = async () => (await Conversation.findAll({ order: ['id'] })).map(({ subject }) => subject);
  const storedTypes = async () => {
    await hub.drain();
    return [...(await hub.events.list({ limit: 50 }))].map(({ type }) => type).reverse();
  };
  const errors = () => logger.of('error');

  describe("with onOutboxError 'abort'", () => {
    beforeEach(() => bind({ onOutboxError: 'abort' }));

    it('undoes the write, and its caller gets the error', async () => {
      expect(await failureOf(bad())).to.contain('"fault"');
      await good();
      expect(await subjects()).to.deep.equal(['hello']);
      expect(await storedTypes()).to.deep.equal(['conversation.created']);
    });

    it("takes the caller's transaction with it", async () => {
      const work = sequelize.transaction(async (transaction) => {
        await good(transaction);
        await bad(transaction);
      });
      expect(await failureOf(work)).to.contain('"fault"');
      expect(await subjects()).to.deep.equal([]);
      expect(await storedTypes()).to.deep.equal([]);
    });

    it("takes the caller's transaction with it also where the error is caught, and no statement failed", async () => {
      bind({
        data: () => {
          throw new Error('no data');
        },
      });
      await sequelize.transaction(async (transaction) => {
        expect(await failureOf(good(transaction))).to.contain('no data');
      });
      expect(await subjects()).to.deep.equal([]);
    });

    it('takes only the savepoint with it that it is in', async () => {
      await sequelize.transaction(async (outer) => {
        await good(outer);
        const inner = sequelize.transaction({ transaction: outer }, (transaction) => bad(transaction));
        expect(await failureOf(inner)).to.contain('"fault"');
        await good(outer);
      });
      expect(await subjects()).to.deep.equal(['hello', 'hello']);
      expect(await storedTypes()).to.have.length(2);
    });
  });

  describe("with onOutboxError 'log'", () => {
    beforeEach(() => bind({ onOutboxError: 'log' }));

    const expectLogged = () => {
      expect(errors()).to.have.length(1);
      const { fields, message } = errors()[0] as (typeof logger.lines)[number];
      expect(message).to.equal('a write was kept without its events');
      expect(fields).to.include({ code: 'ERR_HOOKLINE_EVENTS_LOST', model: 'Conversation' });
      expect(fields.cause).to.contain('violates check constraint "fault"');
      expect(JSON.stringify(fields)).to.not.contain(SECRET);
    };

    it('keeps the write, and logs the error without what was in the event', async () => {
      await bad();
      await good();
      expect(await subjects()).to.deep.equal([SECRET, 'hello']);
      expect(await storedTypes()).to.deep.equal(['conversation.created']);
      expectLogged();
    });

    it("leaves the caller's transaction usable", async () => {
      await sequelize.transaction(async (transaction) => {
        await good(transaction);
        await bad(transaction);
        await good(transaction);
      });
      expect(await subjects()).to.deep.equal(['hello', SECRET, 'hello']);
      expect(await storedTypes()).to.have.length(2);
      expectLogged();
    });

    it('leaves a savepoint usable, and what it holds to itself', async () => {
      await sequelize.transaction(async (outer) => {
        await good(outer);
        await sequelize.transaction({ transaction: outer }, async (inner) => {
          await bad(inner);
          await good(inner);
        });
        const undone = await sequelize.transaction({ transaction: outer });
        await good(undone);
        await undone.rollback();
      });
      expect(await subjects()).to.deep.equal(['hello', SECRET, 'hello']);
      expect(await storedTypes()).to.have.length(2);
      expectLogged();
    });

    it('keeps update, destroy and restore alike', async () => {
      const row = await good();
      await row.update({ subject: SECRET });
      await row.destroy();
      await row.restore();
      await row.update({ subject: 'bye' });
      expect(await subjects()).to.deep.equal(['bye']);
      expect(errors()).to.have.length(4);
      expect(await storedTypes()).to.deep.equal(['conversation.created']);
    });

    it('keeps the write where its event cannot even be built', async () => {
      bind({
        onOutboxError: 'log',
        data: (_, { transaction }) => sequelize.query('SELECT nonsense', { transaction }),
      });
      await sequelize.transaction(async (transaction) => {
        await good(transaction);
        await good(transaction);
      });
      expect(await subjects()).to.deep.equal(['hello', 'hello']);
      expect(errors()).to.have.length(2);
    });

    it('takes writes that come at the same time one after the other', async () => {
      await sequelize.transaction((transaction) =>
        Promise.all([good(transaction), good(transaction), good(transaction)]),
      );
      expect(await storedTypes()).to.have.length(3);
      expect(errors()).to.have.length(0);
    });

    it('fails the writer where the transaction itself is lost', async () => {
      bind({
        onOutboxError: 'log',
        data: async (_, { transaction }) => {
          await sequelize.query('ROLLBACK', { transaction });
          throw new Error('lost');
        },
      });
      expect(await failureOf(good())).to.contain('SAVEPOINT');
      expect(errors()).to.have.length(0);
      expect(await subjects()).to.deep.equal([]);
    });

    it('coalesces what was not stored with what is', async () => {
      bind({ onOutboxError: 'log', coalesce: true });
      const row = await Conversation.create({ subject: 'hello' }, { hooks: false });
      await sequelize.transaction(async (transaction) => {
        await row.update({ status: 'waiting' }, { transaction });
        await row.update({ subject: SECRET }, { transaction });
        await row.update({ subject: 'bye' }, { transaction });
      });
      expect(await storedTypes()).to.deep.equal(['conversation.updated']);
      const [event] = await hub.events.list();
      expect(event?.changes).to.deep.equal({
        status: { previous: 'open', current: 'waiting' },
        subject: { previous: 'hello', current: 'bye' },
      });
    });
  });

  describe("with transaction 'off'", () => {
    it('keeps the row where the error goes to the caller', async () => {
      bind({ transaction: 'off' });
      expect(await failureOf(bad())).to.contain('"fault"');
      await good();
      expect(await subjects()).to.deep.equal([SECRET, 'hello']);
      expect(await storedTypes()).to.deep.equal(['conversation.created']);
    });

    it('keeps the row where the error goes to the log', async () => {
      bind({ transaction: 'off', onOutboxError: 'log' });
      await bad();
      expect(await subjects()).to.deep.equal([SECRET]);
      expect(errors()).to.have.length(1);
    });

    it("is behind a savepoint in the caller's transaction all the same", async () => {
      bind({ transaction: 'off', onOutboxError: 'log' });
      await sequelize.transaction(async (transaction) => {
        await bad(transaction);
        await good(transaction);
      });
      expect(await subjects()).to.deep.equal([SECRET, 'hello']);
      expect(await storedTypes()).to.deep.equal(['conversation.created']);
    });
  });

  for (const transaction of ['auto', 'off'] as const) {
    it(`never tells the writer of a listener that throws, transaction ${transaction}`, async () => {
      bind({ transaction });
      let count = 0;
      hub.on('conversation.*', () => {
        count += 1;
        throw new Error('a listener that throws');
      });
      const row = await good();
      await sequelize.transaction((own) => row.update({ subject: 'bye' }, { transaction: own }));
      await row.destroy();
      expect(await storedTypes()).to.have.length(3);
      expect(count).to.equal(3);
      expect(await subjects()).to.deep.equal([]);
    });
  }
});
