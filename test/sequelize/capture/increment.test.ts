import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { type ModelStatic, Op, type Sequelize } from 'sequelize';
import { useCls } from '../cls.js';
import { type Connection, connect } from '../connect.js';
import { RecordingHub } from '../recording-hub.js';
import { defineTicket, TICKET_EVENTS, type Ticket } from './ticket-model.js';
import { told } from './told.js';

describe('increment and decrement', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Ticket: ModelStatic<Ticket>;
  let hub: RecordingHub;
  let unbind: () => void;

  before(async () => {
    connection = await connect({ pool: { max: 1 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  const bind = async (options: object = {}, binding: object = {}) => {
    Ticket = await defineTicket(sequelize, options);
    hub = new RecordingHub();
    unbind = bindModel(Ticket, hub, { ...TICKET_EVENTS, ...binding });
    await Ticket.bulkCreate([{ title: 'one' }, { title: 'two', likes: 5 }], { hooks: false });
  };
  beforeEach(() => bind());

  it('tells of each row that the static ones count up and down', async () => {
    await Ticket.increment('views', { where: {} });
    await Ticket.decrement({ views: 3, likes: 1 }, { where: { likes: { [Op.gt]: 0 } } });
    await Ticket.increment(['views', 'likes'], { by: 10, where: { title: 'one' } });
    expect(told(hub)).to.deep.equal([
      'updated 1 {"views":[0,1]}',
      'updated 2 {"views":[0,1]}',
      'updated 2 {"views":[1,-2],"likes":[5,4]}',
      'updated 1 {"views":[1,11],"likes":[0,10]}',
    ]);
  });

  it('tells of the row that an instance counts up and down, and leaves the instance up to date', async () => {
    const row = await Ticket.findByPk(2, { rejectOnEmpty: true });
    expect(await row.increment('views', { by: 2 })).to.equal(row);
    await row.decrement({ likes: 1 });
    expect(told(hub)).to.deep.equal(['updated 2 {"views":[0,2]}', 'updated 2 {"likes":[5,4]}']);
    expect(row).to.include({ views: 2, likes: 4 });
  });

  it('answers what they answer without', async () => {
    const bound = await Ticket.increment('views', { where: { id: 1 } });
    unbind();
    const unbound = await Ticket.increment('views', { where: { id: 2 } });
    expect(Object.keys((bound as never)[0][0][0])).to.deep.equal(Object.keys((unbound as never)[0][0][0]));
    expect((bound as never)[0][1]).to.equal((unbound as never)[0][1]);
  });

  it('keep to a scope', async () => {
    Ticket.addScope('liked', { where: { likes: { [Op.gt]: 0 } }, attributes: ['id'] });
    await Ticket.scope('liked').increment('views', { where: {} });
    expect(told(hub)).to.deep.equal(['updated 2 {"views":[0,1]}']);
    expect(await Ticket.sum('views')).to.equal(1);
  });

  it('tell in the transaction of the call, and undo it where the event cannot be stored', async () => {
    await sequelize.transaction(async (transaction) => {
      await Ticket.increment('views', { where: { id: 1 }, transaction });
      expect(hub.last.options.transaction).to.equal(transaction);
    });
    hub.onDispatch = () => {
      throw new Error('no outbox');
    };
    const row = await Ticket.findByPk(1, { rejectOnEmpty: true });
    const failure = await row.increment('views').catch((error) => error);
    expect(failure).to.have.property('message', 'no outbox');
    expect(await Ticket.sum('views')).to.equal(1);
  });

  it('say nothing with hooks: false, nor of rows that stay as they are, nor unbound', async () => {
    await Ticket.increment('views', { where: {}, hooks: false } as never);
    await Ticket.increment('views', { where: { id: 99 } });
    await Ticket.increment('views', { where: {}, by: 0 });
    unbind();
    await Ticket.increment('views', { where: {} });
    expect(told(hub)).to.deep.equal([]);
  });

  it('say nothing of paranoid rows that are marked as deleted, and count them too', async () => {
    await bind({ paranoid: true });
    await Ticket.destroy({ where: { id: 1 }, hooks: false });
    await Ticket.increment('views', { where: {} });
    expect(told(hub)).to.deep.equal(['updated 2 {"views":[0,1]}']);
    expect(await Ticket.sum('views', { paranoid: false } as never)).to.equal(2);
  });

  it('refuse a call without a where as they do without', async () => {
    const failure = await Ticket.increment('views', {} as never).catch((error) => error);
    expect(failure)
      .to.have.property('message')
      .that.matches(/Missing where/);
  });

  it('are, of an instance, the write of one row, and no summary', async () => {
    await bind({}, { bulk: 'summary', summary: 'tickets.changed' });
    const row = await Ticket.findByPk(1, { rejectOnEmpty: true });
    await row.increment('views');
    expect(told(hub)).to.deep.equal(['updated 1 {"views":[0,1]}']);
  });

  it('say nothing of many rows with bulk: off', async () => {
    await bind({}, { bulk: 'off' });
    const row = await Ticket.findByPk(1, { rejectOnEmpty: true });
    await row.increment('views');
    await Ticket.increment('views', { where: {} });
    expect(told(hub)).to.deep.equal(['updated 1 {"views":[0,1]}']);
  });

  it('need no transaction where the binding does without', async () => {
    await bind({}, { transaction: 'off' });
    await Ticket.increment('views', { where: { id: 1 } });
    expect(hub.last.options).to.not.have.property('transaction');
    expect(told(hub)).to.deep.equal(['updated 1 {"views":[0,1]}']);
  });

  describe('with a transaction in the CLS', () => {
    useCls();

    it('tell in that one', async () => {
      await sequelize.transaction(async (transaction) => {
        await Ticket.increment('views', { where: { id: 1 } });
        expect(hub.last.options.transaction).to.equal(transaction);
      });
      expect(told(hub)).to.deep.equal(['updated 1 {"views":[0,1]}']);
    });
  });
});
