import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type Model, type ModelStatic, type Sequelize } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { RecordingHub } from '../recording-hub.js';
import { defineTicket, TICKET_EVENTS, type Ticket } from './ticket-model.js';
import { told } from './told.js';

describe('bulkCreate', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Ticket: ModelStatic<Ticket>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect({ pool: { max: 1 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  beforeEach(async () => {
    Ticket = await defineTicket(sequelize);
    hub = new RecordingHub();
    bindModel(Ticket, hub, TICKET_EVENTS);
  });

  const seed = () => Ticket.bulkCreate([{ title: 'one' }, { title: 'two' }], { hooks: false });
  /** What of an instance its caller sees. */
  const shown = (row: Model | undefined) => Object.keys(row?.get() as object);

  for (const individualHooks of [false, true]) {
    it(`tells of each new row (individualHooks ${individualHooks})`, async () => {
      await Ticket.bulkCreate([{ title: 'one' }, { title: 'two' }], { individualHooks });
      expect(told(hub)).to.deep.equal(['created 1', 'created 2']);
    });
  }

  for (const returning of [undefined, false, ['id']] as const) {
    it(`carries keys and defaults of the database (returning ${returning})`, async () => {
      await sequelize.query('ALTER TABLE tickets ALTER COLUMN likes SET DEFAULT 7');
      const values = { title: 'one', views: sequelize.literal('2 + 3') as never };
      await Ticket.bulkCreate([values], {
        fields: ['title', 'views'],
        ...(returning && { returning: [...returning] }),
      });
      const row = await Ticket.findOne();
      expect(hub.last.data).to.deep.equal({ ticket: JSON.parse(JSON.stringify(row)) });
      expect(row).to.include({ likes: 7, views: 5 });
    });
  }

  it('says nothing with hooks: false, nor of no rows', async () => {
    await seed();
    await Ticket.bulkCreate([]);
    expect(told(hub)).to.deep.equal([]);
  });

  it('undoes the write where the events cannot be stored', async () => {
    hub.onDispatch = () => {
      throw new Error('no outbox');
    };
    const failure = await Ticket.bulkCreate([{ title: 'one' }]).catch((error) => error);
    expect(failure).to.have.property('message', 'no outbox');
    expect(await Ticket.count()).to.equal(0);
  });

  describe('with updateOnDuplicate', () => {
    it('tells new rows from those that were written over, with their diffs', async () => {
      await seed();
      const rows = [
        { title: 'three', status: 'new' },
        { title: 'two', status: 'closed' },
        { title: 'one', status: 'open' },
      ];
      const instances = await Ticket.bulkCreate(rows, { updateOnDuplicate: ['status', 'updatedAt'] });
      const three = instances[0]?.id;
      expect(told(hub)).to.deep.equal([`created ${three}`, 'updated 2 {"status":["open","closed"]}']);
      expect(shown(instances[1])).to.have.members(Object.keys(Ticket.getAttributes()));
    });

    it('finds them by the attributes that the call names', async () => {
      await Ticket.bulkCreate([{ id: 7, title: 'seven' }], { hooks: false });
      const rows = [{ id: 7, title: 'other' }];
      await Ticket.bulkCreate(rows, { updateOnDuplicate: ['title'], conflictAttributes: ['id'] });
      expect(told(hub)).to.deep.equal(['updated 7 {"title":["seven","other"]}']);
    });

    it('finds them by a unique index of several columns', async () => {
      const Seat = sequelize.define(
        'Seat',
        {
          row: DataTypes.STRING,
          place: { type: DataTypes.INTEGER, field: 'place_no' },
          guest: DataTypes.STRING,
        },
        { timestamps: false, indexes: [{ unique: true, fields: ['row', 'place_no'] }] },
      );
      await Seat.sync({ force: true });
      bindModel(Seat, hub, TICKET_EVENTS);
      const seats = [1, 2].map((place) => ({ row: '$A', place, guest: 'nobody' }));
      await Seat.bulkCreate(seats);
      await Seat.bulkCreate([{ row: '$A', place: 2, guest: 'Ann' }], { updateOnDuplicate: ['guest'] });
      expect(told(hub)).to.deep.equal(['created 1', 'created 2', 'updated 2 {"guest":["nobody","Ann"]}']);
    });

    it('tells what is known of a row that came in between', async () => {
      const rival = connection.another();
      const sql =
        "INSERT INTO tickets (title, state, created_at, updated_at) VALUES ('one', 'theirs', now(), now())";
      const isRaced = () => rival.query(sql).then(() => {});
      Ticket = await defineTicket(sequelize, { validate: { isRaced } });
      bindModel(Ticket, hub, TICKET_EVENTS);
      await Ticket.bulkCreate([{ title: 'one', status: 'ours' }], {
        updateOnDuplicate: ['status'],
        validate: true,
      });
      expect(told(hub)).to.deep.equal(['updated 1 {"status":[null,"ours"]}']);
    });
  });

  describe('with ignoreDuplicates', () => {
    for (const returning of [true, false]) {
      it(`tells of the rows that are new (returning ${returning})`, async () => {
        await seed();
        const titles = ['one', 'three', 'two', 'four'];
        const rows = titles.map((title) => ({ title, status: `status of ${title}` }));
        await Ticket.bulkCreate(rows, { ignoreDuplicates: true, returning });
        const stored = await Ticket.findAll({ where: { title: ['three', 'four'] }, order: ['id'] });
        expect(hub.dispatched.map(({ data }) => data)).to.deep.equal(
          stored.map((row) => ({ ticket: JSON.parse(JSON.stringify(row)) })),
        );
      });
    }

    it('leaves to whoever asks for nothing back the instances as they were', async () => {
      await seed();
      const rows = [{ title: 'one' }, { title: 'three' }];
      const answered = await Ticket.bulkCreate(rows, { ignoreDuplicates: true, returning: false });
      const plain = await Ticket.bulkCreate(rows, { ignoreDuplicates: true, returning: false, hooks: false });
      expect(answered.map(shown)).to.deep.equal(plain.map(shown));
      expect(answered.map(({ title }) => title)).to.deep.equal(['one', 'three']);
      expect(answered.map((row) => row.changed())).to.deep.equal([false, false]);
      expect(answered.map((row) => row.previous('title'))).to.deep.equal(['one', 'three']);
    });

    it('says nothing where all were there', async () => {
      await seed();
      await Ticket.bulkCreate([{ title: 'one' }], { ignoreDuplicates: true });
      expect(told(hub)).to.deep.equal([]);
    });
  });
});
