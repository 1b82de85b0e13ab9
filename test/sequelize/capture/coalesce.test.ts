import { createHub, type Hub } from '@hookline/core';
import { bindModel, changed, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import type { ModelStatic, Sequelize, Transaction } from 'sequelize';
import { RecordingLogger } from '../../support/recording-logger.js';
import { type Connection, connect, makeTables } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';

const BINDING = {
  created: 'conversation.created',
  updated: 'conversation.updated',
  destroyed: 'conversation.destroyed',
  restored: 'conversation.restored',
  when: { 'conversation.closed': changed('status', { to: 'closed' }) },
  coalesce: true,
} as const;

/** With a hub and its store, on a pool of one connection. */
describe('coalescing', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;
  let hub: Hub;
  let heard: string[];

  before(async () => {
    connection = await connect({ pool: { max: 1, acquire: 5_000 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());
  beforeEach(async () => {
    const store = sequelizeStore(sequelize, await makeTables(sequelize));
    hub = createHub({ store, logger: new RecordingLogger() });
    heard = [];
    hub.on('*', ({ type }) => void heard.push(type));
    Conversation = await defineConversation(sequelize, { paranoid: true });
    bindModel(Conversation, hub, BINDING);
  });
  afterEach(() => hub.close());

  const existing = () => Conversation.create({ subject: 'hello' }, { hooks: false });

  /** The events that are there after the transaction, oldest first, with what they say changed. */
  async function eventsOf(work: (transaction: Transaction) => Promise<unknown>) {
    await sequelize.transaction(work);
    await hub.drain();
    const events = [...(await hub.events.list({ limit: 50 }))].reverse();
    expect([...heard].sort()).to.deep.equal(events.map(({ type }) => type).sort());
    return events.map(({ type, changes }) => ({ type, ...(changes && { changes }) }));
  }

  it('makes one event of many saves, with the merged diff', async () => {
    const row = await existing();
    const events = await eventsOf(async (transaction) => {
      for (let i = 1; i <= 10; i++) await row.update({ subject: `number ${i}` }, { transaction });
      await row.update({ status: 'waiting' }, { transaction });
    });
    const changes = {
      subject: { previous: 'hello', current: 'number 10' },
      status: { previous: 'open', current: 'waiting' },
    };
    expect(events).to.deep.equal([{ type: 'conversation.updated', changes }]);
  });

  it('replaces every event of a write, and makes those that the whole calls for', async () => {
    const row = await existing();
    const closed = await eventsOf(async (transaction) => {
      await row.update({ status: 'closed' }, { transaction });
      await row.update({ subject: 'bye' }, { transaction });
    });
    expect(closed.map(({ type }) => type)).to.deep.equal(['conversation.updated', 'conversation.closed']);
    const reopened = await eventsOf(async (transaction) => {
      await row.update({ status: 'open' }, { transaction });
      await row.update({ status: 'closed' }, { transaction });
    });
    expect(reopened).to.deep.equal(closed);
  });

  it('makes a created row of one that was created and changed, as it is at last', async () => {
    const events = await eventsOf(async (transaction) => {
      const row = await Conversation.create({ subject: 'one' }, { transaction });
      await row.update({ subject: 'two' }, { transaction });
    });
    expect(events).to.deep.equal([{ type: 'conversation.created' }]);
    const [event] = await hub.events.list();
    expect(event?.data).to.have.nested.property('conversation.subject', 'two');
  });

  it('leaves nothing of a row that came and went', async () => {
    const events = await eventsOf(async (transaction) => {
      const row = await Conversation.create({ subject: 'one' }, { transaction });
      await row.update({ subject: 'two' }, { transaction });
      await row.destroy({ transaction });
    });
    expect(events).to.deep.equal([]);
    const [count] = await sequelize.query('SELECT count(*)::int AS count FROM "Conversations"');
    expect(count).to.deep.equal([{ count: 1 }]);
  });

  it('leaves nothing of a change that was taken back', async () => {
    const row = await existing();
    const events = await eventsOf(async (transaction) => {
      await row.update({ subject: 'bye' }, { transaction });
      await row.destroy({ transaction });
      await row.restore({ transaction });
      await row.update({ subject: 'hello' }, { transaction });
    });
    expect(events).to.deep.equal([]);
  });

  it('keeps rows, and models, apart', async () => {
    const [one, two] = [await existing(), await existing()];
    const events = await eventsOf(async (transaction) => {
      await one.update({ subject: 'one' }, { transaction });
      await two.update({ subject: 'two' }, { transaction });
      await one.update({ subject: 'eins' }, { transaction });
    });
    expect(events).to.deep.equal([
      { type: 'conversation.updated', changes: { subject: { previous: 'hello', current: 'two' } } },
      { type: 'conversation.updated', changes: { subject: { previous: 'hello', current: 'eins' } } },
    ]);
  });

  it('takes writes that come at the same time one after the other', async () => {
    const row = await existing();
    const again = (await Conversation.findByPk(row.id)) as Conversation;
    const events = await eventsOf((transaction) =>
      Promise.all([
        row.update({ subject: 'bye' }, { transaction }),
        again.update({ status: 'waiting' }, { transaction }),
        Conversation.create({ subject: 'other' }, { transaction }),
      ]),
    );
    expect(events.map(({ type }) => type)).to.have.members(['conversation.updated', 'conversation.created']);
    const [update] = events.filter(({ type }) => type === 'conversation.updated');
    expect(update?.changes).to.have.all.keys('subject', 'status');
  });

  it('leaves writes of different transactions as they are', async () => {
    const row = await existing();
    await eventsOf((transaction) => row.update({ subject: 'one' }, { transaction }));
    const events = await eventsOf((transaction) => row.update({ subject: 'two' }, { transaction }));
    expect(events).to.have.length(2);
  });

  it('has a row of its data function written inside the turn of its own', async () => {
    bindModel(Conversation, hub, {
      ...BINDING,
      data: async (row, { transaction }) => {
        if (row.subject === 'outer') await Conversation.create({ subject: 'inner' }, { transaction });
        return { subject: row.subject };
      },
    });
    const events = await eventsOf((transaction) =>
      Conversation.create({ subject: 'outer' }, { transaction }),
    );
    expect(events).to.have.length(2);
  });

  describe('across savepoints', () => {
    const UPDATED = 'conversation.updated';
    const subject = (previous: string, current: string) => ({ subject: { previous, current } });

    it('merges what an outer transaction and its savepoint did', async () => {
      const row = await existing();
      const events = await eventsOf(async (outer) => {
        await row.update({ subject: 'one' }, { transaction: outer });
        await sequelize.transaction({ transaction: outer }, (inner) =>
          row.update({ subject: 'two' }, { transaction: inner }),
        );
        await row.update({ status: 'waiting' }, { transaction: outer });
      });
      const changes = { ...subject('hello', 'two'), status: { previous: 'open', current: 'waiting' } };
      expect(events).to.deep.equal([{ type: UPDATED, changes }]);
    });

    it('goes back to what was before a savepoint that is rolled back', async () => {
      const row = await existing();
      const events = await eventsOf(async (outer) => {
        await row.update({ subject: 'one' }, { transaction: outer });
        const inner = await sequelize.transaction({ transaction: outer });
        await row.update({ subject: 'two' }, { transaction: inner });
        await row.destroy({ transaction: inner });
        await inner.rollback();
      });
      expect(events).to.deep.equal([{ type: UPDATED, changes: subject('hello', 'one') }]);
    });

    it('goes on from there', async () => {
      const row = await existing();
      const events = await eventsOf(async (outer) => {
        await row.update({ subject: 'one' }, { transaction: outer });
        const inner = await sequelize.transaction({ transaction: outer });
        await row.update({ status: 'waiting' }, { transaction: inner });
        await inner.rollback();
        await row.reload({ transaction: outer });
        await row.update({ subject: 'three' }, { transaction: outer });
      });
      expect(events).to.deep.equal([{ type: UPDATED, changes: subject('hello', 'three') }]);
    });

    it('forgets a row that was created in a savepoint that is rolled back', async () => {
      const events = await eventsOf(async (outer) => {
        const inner = await sequelize.transaction({ transaction: outer });
        await Conversation.create({ id: 7, subject: 'one' }, { transaction: inner });
        await inner.rollback();
        await Conversation.create({ id: 7, subject: 'two' }, { transaction: outer });
      });
      expect(events).to.deep.equal([{ type: 'conversation.created' }]);
    });

    it('undoes with an outer savepoint what an inner one kept', async () => {
      const row = await existing();
      const events = await eventsOf(async (transaction) => {
        await row.update({ subject: 'one' }, { transaction });
        const outer = await sequelize.transaction({ transaction });
        const inner = await sequelize.transaction({ transaction: outer });
        await row.update({ subject: 'two' }, { transaction: inner });
        await inner.commit();
        await row.update({ subject: 'three' }, { transaction: outer });
        await outer.rollback();
        await row.reload({ transaction });
        await row.update({ status: 'waiting' }, { transaction });
      });
      const changes = { ...subject('hello', 'one'), status: { previous: 'open', current: 'waiting' } };
      expect(events).to.deep.equal([{ type: UPDATED, changes }]);
    });

    it('undoes what was given the outer transaction while the savepoint was open', async () => {
      const row = await existing();
      const events = await eventsOf(async (outer) => {
        await row.update({ subject: 'one' }, { transaction: outer });
        const inner = await sequelize.transaction({ transaction: outer });
        await row.update({ subject: 'two' }, { transaction: outer });
        await inner.rollback();
        await row.reload({ transaction: outer });
        await row.update({ status: 'waiting' }, { transaction: outer });
      });
      const changes = { ...subject('hello', 'one'), status: { previous: 'open', current: 'waiting' } };
      expect(events).to.deep.equal([{ type: UPDATED, changes }]);
    });

    it('leaves nothing where the outer transaction rolls back', async () => {
      const row = await existing();
      const outer = await sequelize.transaction();
      await row.update({ subject: 'one' }, { transaction: outer });
      const inner = await sequelize.transaction({ transaction: outer });
      await row.update({ subject: 'two' }, { transaction: inner });
      await inner.commit();
      await outer.rollback();
      expect(await eventsOf(async () => {})).to.deep.equal([]);
    });
  });
});
