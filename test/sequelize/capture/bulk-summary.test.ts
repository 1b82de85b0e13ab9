import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type ModelStatic, type Sequelize } from 'sequelize';
import { expectError } from '../../support/expect-error.js';
import { type Connection, connect } from '../connect.js';
import { RecordingHub } from '../recording-hub.js';
import { defineTicket, TICKET_EVENTS, type Ticket } from './ticket-model.js';
import { told } from './told.js';

const SUMMARY = 'tickets.changed';
const ACCOUNTS = [1, 1, 1, 2, 2, null];

describe('writes of many rows as a summary', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Ticket: ModelStatic<Ticket>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect({ pool: { max: 1 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  const bind = async (binding: object, options: object = {}) => {
    Ticket = await defineTicket(sequelize, options);
    hub = new RecordingHub();
    bindModel(Ticket, hub, { ...TICKET_EVENTS, account: 'accountId', ...binding });
  };
  const rows = () =>
    ACCOUNTS.map((accountId, index) => ({ title: `title ${index}`, accountId: accountId as never }));
  const seed = () => Ticket.bulkCreate(rows(), { hooks: false });
  /** The summaries by account: `1: 3 updated (status)`. */
  const summaries = () =>
    hub.dispatched
      .splice(0)
      .map(({ type, data, options }) => {
        expect(type).to.equal(SUMMARY);
        expect(options).to.not.have.property('subject');
        const { model, count, operation, attributes } = data as Record<string, unknown>;
        expect(model).to.equal('Ticket');
        return `${options.account}: ${count} ${operation}${attributes ? ` (${attributes})` : ''}`;
      })
      .sort();

  const account = (row: Ticket) => row.accountId;
  for (const [name, binding] of [
    ['attribute', {}],
    ['function', { account }],
  ] as const) {
    describe(`with the account by ${name}`, () => {
      beforeEach(() => bind({ bulk: 'summary', summary: SUMMARY, ...binding }, { paranoid: true }));

      it('counts the rows of each account', async () => {
        await Ticket.bulkCreate(rows());
        expect(summaries()).to.deep.equal(['1: 3 created', '2: 2 created', 'null: 1 created']);
        await Ticket.update(
          { status: 'closed', views: 1 },
          { where: { title: ['title 0', 'title 1', 'title 3'] } },
        );
        expect(summaries()).to.deep.equal(['1: 2 updated (status,views)', '2: 1 updated (status,views)']);
        await Ticket.increment(['likes'], { where: { accountId: 2 } });
        expect(summaries()).to.deep.equal(['2: 2 updated (likes)']);
        await Ticket.destroy({ where: { views: 1 } });
        expect(summaries()).to.deep.equal(['1: 2 destroyed', '2: 1 destroyed']);
        await Ticket.restore({ where: { accountId: 1 } });
        expect(summaries()).to.deep.equal(['1: 2 restored']);
        await Ticket.truncate({ force: true });
        expect(summaries()).to.deep.equal(['1: 3 destroyed', '2: 1 destroyed', 'null: 1 destroyed']);
      });

      it('counts the rows that a limit lets go', async () => {
        await seed();
        await Ticket.destroy({ where: {}, limit: 4, force: true });
        const counts = summaries().map((text) => Number(/: (\d)/.exec(text)?.[1]));
        expect(counts.reduce((sum, count) => sum + count)).to.equal(4);
        expect(await Ticket.count()).to.equal(2);
      });
    });
  }

  it('walks over more rows than it holds at a time', async () => {
    await bind({ bulk: 'summary', summary: SUMMARY, account });
    await sequelize.query(
      `INSERT INTO tickets (title, account_id, created_at, updated_at)
       SELECT 'title ' || n, n % 2, now(), now() FROM generate_series(1, 2500) n`,
    );
    await Ticket.update({ status: 'closed' }, { where: {} });
    expect(summaries()).to.deep.equal(['0: 1250 updated (status)', '1: 1250 updated (status)']);
  });

  it('leaves the account to the context where the binding names none', async () => {
    await bind({ bulk: 'summary', summary: SUMMARY, account: undefined });
    await seed();
    await Ticket.update({ status: 'closed' }, { where: {} });
    await Ticket.destroy({ where: {} });
    expect(hub.last.options).to.not.have.property('account');
    expect(summaries()).to.deep.equal(['undefined: 6 destroyed', 'undefined: 6 updated (status)']);
  });

  it('tells rows that are new from those that were written over', async () => {
    await bind({ bulk: 'summary', summary: SUMMARY });
    await seed();
    const more = [{ title: 'title 0' }, { title: 'title 7', accountId: 1 }];
    await Ticket.bulkCreate(more, { updateOnDuplicate: ['status', 'updatedAt'] });
    expect(summaries()).to.deep.equal(['1: 1 created', '1: 1 updated (status)']);
    await Ticket.bulkCreate([...more, { title: 'title 8', accountId: 2 }], { ignoreDuplicates: true });
    expect(summaries()).to.deep.equal(['2: 1 created']);
  });

  it('says nothing of no rows, nor of attributes that are hidden', async () => {
    await bind({ bulk: 'summary', summary: SUMMARY, redact: ['status'], ignore: ['views'] });
    await seed();
    await Ticket.update({ likes: 1 }, { where: { title: 'none' } });
    await Ticket.destroy({ where: { title: 'none' } });
    await Ticket.update({ status: 'closed', views: 3 }, { where: {} });
    expect(summaries()).to.deep.equal([]);
    await Ticket.update({ status: 'open', likes: 3 }, { where: { title: 'title 0' } });
    expect(summaries()).to.deep.equal(['1: 1 updated (likes)']);
  });

  it('is an event that may be lost where the binding says so, and the write is kept', async () => {
    await bind({ bulk: 'summary', summary: SUMMARY, onOutboxError: 'log' });
    hub.onDispatch = ({ options }) =>
      sequelize.query('SELECT 1 / 0', { transaction: options.transaction as never });
    await Ticket.bulkCreate(rows());
    await Ticket.update({ status: 'closed' }, { where: {} });
    expect(await Ticket.count({ where: { status: 'closed' } })).to.equal(6);
    expect(hub.types).to.deep.equal([]);
  });

  it('gives way to the hooks of each row where the call asks for them', async () => {
    await bind({ bulk: 'summary', summary: SUMMARY, bulkRowCap: 1 });
    await Ticket.bulkCreate(rows().slice(0, 2), { individualHooks: true });
    await Ticket.update({ status: 'closed' }, { where: {}, individualHooks: true });
    await Ticket.destroy({ where: {}, individualHooks: true });
    expect(told(hub)).to.deep.equal([
      ...['created 1', 'created 2'],
      ...['updated 1 {"status":["open","closed"]}', 'updated 2 {"status":["open","closed"]}'],
      ...['destroyed 1', 'destroyed 2'],
    ]);
  });

  it('counts the rows of a model without a primary key', async () => {
    const Line = sequelize.define(
      'Line',
      { text: DataTypes.STRING, team: DataTypes.INTEGER },
      { timestamps: false },
    );
    Line.removeAttribute('id');
    await Line.sync({ force: true });
    hub = new RecordingHub();
    bindModel(Line, hub, { bulk: 'summary', summary: SUMMARY, account: (row) => row.get('team') as number });
    await Line.bulkCreate([1, 1, 2].map((team) => ({ text: 'one', team })));
    await Line.update({ text: 'two' }, { where: {} });
    const counts = hub.dispatched.map(({ data, options }) => [
      (data as { count: number }).count,
      options.account,
    ]);
    expect(counts).to.deep.equal([
      [2, 1],
      [1, 2],
      [2, 1],
      [1, 2],
    ]);
  });

  describe('where there are more rows than the cap', () => {
    it('is a summary where the binding names an event for it', async () => {
      await bind({ bulkRowCap: 2, summary: SUMMARY });
      await Ticket.bulkCreate(rows());
      expect(summaries()).to.deep.equal(['1: 3 created', '2: 2 created', 'null: 1 created']);
      await Ticket.update({ status: 'closed' }, { where: {} });
      expect(summaries()).to.have.length(3);
      await Ticket.update({ status: 'open' }, { where: { accountId: 2 } });
      expect(told(hub)).to.have.length(2);
      await Ticket.destroy({ where: {} });
      expect(summaries()).to.deep.equal(['1: 3 destroyed', '2: 2 destroyed', 'null: 1 destroyed']);
    });

    it('is refused where it names none, before anything is written', async () => {
      await bind({ bulkRowCap: 2 });
      await expectError('BULK_TOO_LARGE', () => Ticket.bulkCreate(rows()));
      expect(await Ticket.count()).to.equal(0);
      await seed();
      await expectError('BULK_TOO_LARGE', () => Ticket.update({ status: 'closed' }, { where: {} }));
      await expectError('BULK_TOO_LARGE', () => Ticket.increment('views', { where: {} }));
      await expectError('BULK_TOO_LARGE', () => Ticket.destroy({ where: {} }));
      await expectError('BULK_TOO_LARGE', () => Ticket.truncate());
      expect(await Ticket.count({ where: { status: 'open', views: 0 } })).to.equal(6);
      expect(hub.types).to.deep.equal([]);
    });

    it('does not count paranoid rows that are purged', async () => {
      await bind({ bulkRowCap: 2 }, { paranoid: true });
      await seed();
      await Ticket.destroy({ where: {}, hooks: false });
      expect(await Ticket.destroy({ where: {}, force: true })).to.equal(6);
      expect(hub.types).to.deep.equal([]);
    });
  });

  it('is nothing with bulk: off, and reads nothing then', async () => {
    await bind({ bulk: 'off' });
    await seed();
    const statements: string[] = [];
    const logging = (sql: string) => void statements.push(sql);
    await Ticket.bulkCreate([{ title: 'one' }], { logging });
    await Ticket.update({ status: 'closed' }, { where: {}, logging });
    await Ticket.increment('views', { where: {}, logging });
    await Ticket.destroy({ where: {}, logging });
    expect(statements).to.have.length(4);
    expect(hub.types).to.deep.equal([]);
  });
});
