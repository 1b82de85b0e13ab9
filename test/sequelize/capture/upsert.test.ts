import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type ModelStatic, type Sequelize } from 'sequelize';
import { until } from '../../support/until.js';
import { type Connection, connect } from '../connect.js';
import { RecordingHub } from '../recording-hub.js';
import { defineTicket, TICKET_EVENTS, type Ticket } from './ticket-model.js';
import { told } from './told.js';
import { isWaiting } from './waiting.js';

describe('upsert', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Ticket: ModelStatic<Ticket>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect({ pool: { max: 1 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  const bind = async (options: object = {}, binding: object = {}) => {
    Ticket = await defineTicket(sequelize, options);
    hub = new RecordingHub();
    bindModel(Ticket, hub, { ...TICKET_EVENTS, ...binding });
  };
  beforeEach(() => bind());

  it('tells a new row from one that was written over, with its diff', async () => {
    await Ticket.upsert({ title: 'one', status: 'open' });
    await Ticket.upsert({ title: 'one', status: 'closed' });
    expect(told(hub)).to.deep.equal(['created 1', 'updated 1 {"status":["open","closed"]}']);
  });

  it('finds the row by its primary key', async () => {
    await Ticket.upsert({ id: 5, title: 'one' });
    await Ticket.upsert({ id: 5, title: 'two' });
    expect(told(hub)).to.deep.equal(['created 5', 'updated 5 {"title":["one","two"]}']);
  });

  it('finds the row by the columns that the call names', async () => {
    await Ticket.upsert({ id: 5, title: 'one' });
    await Ticket.upsert({ title: 'one', views: 3 }, { conflictFields: ['title'] });
    expect(told(hub)).to.deep.equal(['created 5', 'updated 5 {"views":[0,3]}']);
  });

  it('takes a row for another one where it writes another key', async () => {
    await Ticket.upsert({ id: 5, title: 'one' });
    await Ticket.upsert({ id: 6, title: 'one' }, { conflictFields: ['title'] });
    expect(told(hub)).to.deep.equal(['created 5', 'destroyed 5', 'created 6']);
  });

  it('carries the whole row', async () => {
    await Ticket.upsert({ title: 'one', views: sequelize.literal('2 + 3') as never });
    const row = await Ticket.findOne();
    expect(hub.last.data).to.deep.equal({ ticket: JSON.parse(JSON.stringify(row)) });
    expect(row?.views).to.equal(5);
  });

  it('says nothing where nothing changed', async () => {
    await Ticket.upsert({ title: 'one' }, { hooks: false });
    await Ticket.upsert({ title: 'one' });
    await Ticket.upsert({ title: 'one', status: 'closed' }, { hooks: false });
    expect(told(hub)).to.deep.equal([]);
  });

  for (const returning of [undefined, true, false, ['title']] as const) {
    it(`answers what it answers without (returning ${returning})`, async () => {
      const options =
        returning === undefined
          ? {}
          : { returning: typeof returning === 'boolean' ? returning : [...returning] };
      const [row, isCreated] = await Ticket.upsert({ title: 'one' }, options);
      const [other] = await Ticket.upsert({ title: 'two' }, { ...options, hooks: false });
      expect(isCreated).to.equal(null);
      expect(Object.keys(row.get()).sort()).to.deep.equal(Object.keys(other.get()).sort());
      expect(row.isNewRecord).to.equal(false);
      expect(row.changed()).to.deep.equal(other.changed());
    });
  }

  it('shows the hooks of the app nothing of how it knows', async () => {
    const seen: unknown[] = [];
    Ticket.addHook('afterUpsert', ([row]) => void seen.push(Object.keys(row.get())));
    await Ticket.upsert({ title: 'one' });
    expect(seen[0]).to.have.members(Object.keys(Ticket.getAttributes()));
  });

  it('tells what is known of a row that came in between', async () => {
    const rival = connection.another({ pool: { max: 2 } });
    const sql =
      "INSERT INTO tickets (title, state, created_at, updated_at) VALUES ('one', 'theirs', now(), now())";
    const theirs = await rival.transaction();
    await rival.query(sql, { transaction: theirs });
    const ours = Ticket.upsert({ title: 'one', status: 'ours' });
    await until(() => isWaiting(rival));
    await theirs.commit();
    await ours;
    const [event] = hub.dispatched;
    expect(event).to.include({ type: 'ticket.updated' });
    expect(event?.options.changes?.status).to.deep.equal({ previous: undefined, current: 'ours' });
  });

  it('tells in the transaction that the write is in, and undoes it where the event cannot be stored', async () => {
    await sequelize.transaction(async (transaction) => {
      await Ticket.upsert({ title: 'one' }, { transaction });
      expect(hub.last.options.transaction).to.equal(transaction);
    });
    hub.onDispatch = () => {
      throw new Error('no outbox');
    };
    const failure = await Ticket.upsert({ title: 'two' }).catch((error) => error);
    expect(failure).to.have.property('message', 'no outbox');
    expect(await Ticket.count()).to.equal(1);
  });

  it('is one row, and no summary', async () => {
    await bind({}, { bulk: 'summary', summary: 'tickets.changed' });
    await Ticket.upsert({ title: 'one' });
    expect(told(hub)).to.deep.equal(['created 1']);
  });

  it('is one row with bulk: off, too', async () => {
    await bind({}, { bulk: 'off' });
    await Ticket.upsert({ title: 'one' });
    expect(told(hub)).to.deep.equal(['created 1']);
  });

  it('leaves a paranoid row that is marked as deleted as unknown as it was', async () => {
    await bind({ paranoid: true });
    await Ticket.upsert({ title: 'one' });
    await Ticket.destroy({ where: {} });
    await Ticket.upsert({ title: 'one', views: 3 });
    expect(told(hub)).to.deep.equal(['created 1', 'destroyed 1']);
  });

  it('knows a row of a model without a primary key by its unique columns', async () => {
    const Setting = sequelize.define(
      'Setting',
      { name: { type: DataTypes.STRING, unique: true }, value: DataTypes.STRING },
      { timestamps: false },
    );
    Setting.removeAttribute('id');
    await Setting.sync({ force: true });
    bindModel(Setting, hub, TICKET_EVENTS);
    await Setting.upsert({ name: 'colour', value: 'red' }, { conflictFields: ['name'] });
    await Setting.upsert({ name: 'colour', value: 'blue' }, { conflictFields: ['name'] });
    expect(told(hub)).to.deep.equal(['created undefined', 'updated undefined {"value":["red","blue"]}']);
  });
});
