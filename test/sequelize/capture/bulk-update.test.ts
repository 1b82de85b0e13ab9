import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { type ModelStatic, Op, type Sequelize } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { RecordingHub } from '../recording-hub.js';
import { defineTicket, TICKET_EVENTS, type Ticket } from './ticket-model.js';
import { told } from './told.js';

describe('a static update', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Ticket: ModelStatic<Ticket>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect({ pool: { max: 1 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  const bind = async (options: object = {}) => {
    Ticket = await defineTicket(sequelize, options);
    hub = new RecordingHub();
    bindModel(Ticket, hub, TICKET_EVENTS);
    await Ticket.bulkCreate(
      [
        { title: 'one', status: 'open' },
        { title: 'two', status: 'waiting' },
        { title: 'three', status: 'closed' },
      ],
      { hooks: false },
    );
  };
  beforeEach(() => bind());

  for (const individualHooks of [false, true]) {
    for (const returning of [false, true]) {
      it(`tells of each row that changed, with its own diff (individualHooks ${individualHooks}, returning ${returning})`, async () => {
        const [count] = await Ticket.update({ status: 'closed' }, { where: {}, individualHooks, returning });
        expect(count).to.equal(3);
        expect(told(hub)).to.deep.equal([
          'updated 1 {"status":["open","closed"]}',
          'updated 2 {"status":["waiting","closed"]}',
        ]);
      });
    }
  }

  it('tells of what a hook of the app makes of each row (sequelize#15031)', async () => {
    Ticket.beforeUpdate((row) => {
      row.status = `closed ${row.id}`;
    });
    await Ticket.update({ status: 'closed' }, { where: { id: [1, 2] }, individualHooks: true });
    expect(told(hub)).to.deep.equal([
      'updated 1 {"status":["open","closed 1"]}',
      'updated 2 {"status":["waiting","closed 2"]}',
    ]);
  });

  it('carries the whole row as it is now', async () => {
    await Ticket.update({ status: 'closed' }, { where: { title: 'one' } });
    const { data, options } = hub.last;
    const row = await Ticket.findByPk(1, { rejectOnEmpty: true });
    expect(data).to.deep.equal({ ticket: JSON.parse(JSON.stringify(row)) });
    expect(options.subject).to.deep.equal({ type: 'Ticket', id: 1 });
  });

  it('tells in the transaction that the write is in', async () => {
    await sequelize.transaction(async (transaction) => {
      await Ticket.update({ status: 'closed' }, { where: { id: 1 }, transaction });
      expect(hub.last.options.transaction).to.equal(transaction);
    });
    await Ticket.update({ status: 'open' }, { where: { id: 1 } });
    expect(hub.last.options.transaction).to.include({ finished: 'commit' });
  });

  it('undoes the write where the events cannot be stored', async () => {
    hub.onDispatch = () => {
      throw new Error('no outbox');
    };
    const failure = await Ticket.update({ status: 'closed' }, { where: {} }).catch((error) => error);
    expect(failure).to.have.property('message', 'no outbox');
    expect(await Ticket.count({ where: { status: 'closed' } })).to.equal(1);
  });

  it('sees the rows of every kind of where', async () => {
    const conditions = [
      { [Op.or]: [{ status: 'open' }, { views: { [Op.gt]: 5 } }] },
      [{ title: 'one' }, { likes: 0 }],
      sequelize.literal("state = 'open'"),
      sequelize.where(sequelize.fn('lower', sequelize.col('title')), 'one'),
      { title: { [Op.like]: 'on%' }, meta: {} },
    ];
    for (const where of conditions) {
      await Ticket.update({ likes: 1 }, { where: where as never });
      expect(told(hub)).to.deep.equal(['updated 1 {"likes":[0,1]}']);
      await Ticket.update({ likes: 0 }, { where: {}, hooks: false });
    }
  });

  it('sees values that the database computes', async () => {
    await Ticket.update({ views: sequelize.literal('view_count + ticket_id') as never }, { where: {} });
    expect(told(hub)).to.deep.equal([
      'updated 1 {"views":[0,1]}',
      'updated 2 {"views":[0,2]}',
      'updated 3 {"views":[0,3]}',
    ]);
  });

  it('says nothing of rows that it left as they were, nor of timestamps alone', async () => {
    await Ticket.update({ status: 'closed' }, { where: { id: 3 } });
    await Ticket.update({ status: 'closed' }, { where: { id: 99 } });
    expect(told(hub)).to.deep.equal([]);
  });

  it('says nothing with hooks: false', async () => {
    await Ticket.update({ status: 'closed' }, { where: {}, hooks: false });
    expect(told(hub)).to.deep.equal([]);
  });

  it('keeps to a scope, and sees beyond the attributes of one', async () => {
    Ticket.addScope('waiting', { where: { status: 'waiting' }, attributes: ['id'] });
    await Ticket.scope('waiting').update({ views: 7 }, { where: {} });
    expect(told(hub)).to.deep.equal(['updated 2 {"views":[0,7]}']);
  });

  it('takes a row for another one where it writes another key', async () => {
    await Ticket.update({ id: 1, views: 5 }, { where: { id: 1 } });
    await Ticket.update({ id: 11, views: 6 }, { where: { id: 1 } });
    expect(told(hub)).to.deep.equal(['updated 1 {"views":[0,5]}', 'destroyed 1', 'created 11']);
  });

  it('tells that a paranoid row was marked as deleted, and that the mark was taken away', async () => {
    await bind({ paranoid: true });
    const deletedAt = new Date();
    await Ticket.update({ deletedAt }, { where: { id: [1, 2] } });
    await Ticket.update({ status: 'lost' }, { where: {} });
    await Ticket.update({ deletedAt: null }, { where: { id: 1 }, paranoid: false });
    expect(told(hub)).to.deep.equal([
      'destroyed 1',
      'destroyed 2',
      'updated 3 {"status":["closed","lost"]}',
      'restored 1',
    ]);
  });

  it('runs after the hooks of the app, which may change what is written, and before those after the write', async () => {
    const unhook = () => sequelize.removeHook('beforeBulkUpdate', 'tenant');
    sequelize.addHook('beforeBulkUpdate', 'tenant', (options: { where: object }) => {
      Object.assign(options.where, { id: 2 });
    });
    const seen: unknown[] = [];
    Ticket.beforeBulkUpdate((options) => {
      Object.assign((options as { attributes?: object }).attributes ?? {}, { views: 9 });
    });
    Ticket.afterBulkUpdate((options) => void seen.push(options.where, hub.types.length));
    await Ticket.update({ views: 1 }, { where: { likes: 0 } }).finally(unhook);
    expect(told(hub)).to.deep.equal(['updated 2 {"views":[0,9]}']);
    expect(seen).to.deep.equal([{ likes: 0, ticket_id: 2 }, 1]);
  });

  it('does not touch a model that inherits from the one that is bound', async () => {
    const { DataTypes } = await import('sequelize');
    class Special extends (Ticket as unknown as typeof import('sequelize').Model) {}
    Special.init({ name: DataTypes.STRING }, { sequelize, modelName: 'Special', timestamps: false });
    await Special.sync({ force: true });
    await Special.create({ name: 'one' });
    await Special.update({ name: 'two' }, { where: {} });
    expect(told(hub)).to.deep.equal([]);
  });
});
