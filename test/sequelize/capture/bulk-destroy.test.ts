import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type ModelStatic, Op, type Sequelize } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { RecordingHub } from '../recording-hub.js';
import { defineTicket, TICKET_EVENTS, type Ticket } from './ticket-model.js';
import { told } from './told.js';

describe('a static destroy, truncate or restore', () => {
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
    const titles = ['one', 'two', 'three', 'four'];
    await Ticket.bulkCreate(
      titles.map((title) => ({ title })),
      { hooks: false },
    );
  };
  const idsLeft = async () => (await Ticket.findAll({ paranoid: false, order: ['id'] })).map(({ id }) => id);

  describe('of a model that is not paranoid', () => {
    beforeEach(() => bind());

    for (const individualHooks of [false, true]) {
      it(`tells of each row that went (individualHooks ${individualHooks})`, async () => {
        expect(await Ticket.destroy({ where: { status: 'open', id: [1, 3] }, individualHooks })).to.equal(2);
        expect(told(hub)).to.deep.equal(['destroyed 1', 'destroyed 3']);
        expect(await idsLeft()).to.deep.equal([2, 4]);
      });
    }

    it('carries the row as it was', async () => {
      const row = await Ticket.findByPk(1);
      await Ticket.destroy({ where: { id: 1 } });
      expect(hub.last.data).to.deep.equal({ ticket: JSON.parse(JSON.stringify(row)) });
    });

    it('sees the rows of a literal with replacements', async () => {
      const where = sequelize.literal('title = :title');
      await Ticket.destroy({ where, replacements: { title: 'two' } } as never);
      expect(told(hub)).to.deep.equal(['destroyed 2']);
    });

    it('tells of as many rows as the limit lets go', async () => {
      expect(await Ticket.destroy({ where: { id: { [Op.gt]: 1 } }, limit: 2 })).to.equal(2);
      const left = await idsLeft();
      expect(left).to.have.length(2);
      expect(told(hub)).to.deep.equal(
        [2, 3, 4].filter((id) => !left.includes(id)).map((id) => `destroyed ${id}`),
      );
    });

    it('tells of all rows of a truncate', async () => {
      await Ticket.truncate();
      expect(told(hub)).to.deep.equal(['destroyed 1', 'destroyed 2', 'destroyed 3', 'destroyed 4']);
      expect(await idsLeft()).to.deep.equal([]);
    });

    it('tells of all rows of a destroy that is a truncate, whatever its where', async () => {
      await Ticket.destroy({ truncate: true, cascade: true, where: { id: 1 } });
      expect(told(hub)).to.have.length(4);
    });

    it('says nothing where no row went', async () => {
      expect(await Ticket.destroy({ where: { id: 99 } })).to.equal(0);
      await Ticket.destroy({ where: { id: 1 }, hooks: false });
      expect(told(hub)).to.deep.equal([]);
    });

    it('says nothing of a row that the database kept', async () => {
      await sequelize.query(
        'CREATE RULE keep AS ON DELETE TO tickets WHERE OLD.ticket_id = 2 DO INSTEAD NOTHING',
      );
      await Ticket.destroy({ where: { id: [1, 2] } });
      expect(told(hub)).to.deep.equal(['destroyed 1']);
    });
  });

  describe('of a paranoid model', () => {
    beforeEach(() => bind({ paranoid: true }));

    for (const individualHooks of [false, true]) {
      it(`tells of each row that was marked, and of its return (individualHooks ${individualHooks})`, async () => {
        expect(await Ticket.destroy({ where: { id: [1, 2] }, individualHooks })).to.equal(2);
        expect(told(hub)).to.deep.equal(['destroyed 1', 'destroyed 2']);
        expect(await Ticket.destroy({ where: { id: [2, 3] }, individualHooks })).to.equal(1);
        expect(told(hub)).to.deep.equal(['destroyed 3']);
        await Ticket.restore({ where: { title: ['one', 'four'] }, individualHooks });
        expect(told(hub)).to.deep.equal(['restored 1']);
      });
    }

    it('leaves to a restore the rows that it counts', async () => {
      await Ticket.destroy({ where: { id: 1 } });
      const count: unknown = await Ticket.restore({ where: {} });
      expect(count).to.equal(4);
    });

    it('tells of a row whose where has the mark in it', async () => {
      await Ticket.destroy({ where: { id: [1, 2] } });
      await Ticket.restore({ where: { deletedAt: { [Op.not]: null }, id: 2 } });
      expect(told(hub)).to.deep.equal(['destroyed 1', 'destroyed 2', 'restored 2']);
    });

    it('with force tells of the rows that had not gone before, and lets the others go too', async () => {
      await Ticket.destroy({ where: { id: 1 }, hooks: false });
      expect(await Ticket.destroy({ where: { id: [1, 2] }, force: true })).to.equal(2);
      expect(told(hub)).to.deep.equal(['destroyed 2']);
      expect(await idsLeft()).to.deep.equal([3, 4]);
    });

    it('with force and a limit tells of the rows that went', async () => {
      expect(await Ticket.destroy({ where: {}, force: true, limit: 3 })).to.equal(3);
      expect(told(hub)).to.have.length(3);
      expect(await idsLeft()).to.have.length(1);
    });

    it('tells of the rows that a truncate marks, and of those that one with force takes', async () => {
      await Ticket.destroy({ truncate: true, where: { id: 1 } });
      expect(told(hub)).to.deep.equal(['destroyed 1']);
      await Ticket.truncate({ force: true });
      expect(told(hub)).to.deep.equal(['destroyed 2', 'destroyed 3', 'destroyed 4']);
      expect(await idsLeft()).to.deep.equal([]);
    });

    it('marks all rows where a truncate names none', async () => {
      await Ticket.truncate();
      expect(told(hub)).to.have.length(4);
      expect(await idsLeft()).to.have.length(4);
    });
  });

  describe('of a model without a primary key', () => {
    it('tells of the rows that went, by their data alone', async () => {
      const Line = sequelize.define('Line', { text: DataTypes.STRING }, { timestamps: false });
      Line.removeAttribute('id');
      await Line.sync({ force: true });
      hub = new RecordingHub();
      bindModel(Line, hub, TICKET_EVENTS);
      await Line.bulkCreate([{ text: 'one' }, { text: 'two' }]);
      await Line.update({ text: 'three' }, { where: { text: 'two' } });
      await Line.destroy({ where: { text: 'three' } });
      expect(hub.dispatched.map(({ type, data }) => [type, data])).to.deep.equal([
        ['ticket.created', { line: { text: 'one' } }],
        ['ticket.created', { line: { text: 'two' } }],
        ['ticket.destroyed', { line: { text: 'three' } }],
      ]);
    });
  });

  describe('of a model with several keys', () => {
    it('tells rows apart by all of them, of which a date is none that is exact', async () => {
      const Reading = sequelize.define(
        'Reading',
        {
          sensor: { type: DataTypes.STRING, primaryKey: true },
          at: { type: DataTypes.DATE, primaryKey: true },
          value: DataTypes.INTEGER,
        },
        { timestamps: false },
      );
      await Reading.sync({ force: true });
      hub = new RecordingHub();
      bindModel(Reading, hub, TICKET_EVENTS);
      await sequelize.query(`INSERT INTO "Readings" VALUES
        ('a $1', '2026-01-01 00:00:00.123456Z', 1), ('a $1', '2026-01-02 00:00:00.5Z', 2), ('b', '2026-01-01Z', 3)`);
      await Reading.update({ value: 9 }, { where: { value: { [Op.lt]: 3 } } });
      await Reading.destroy({ where: { sensor: 'a $1' } });
      const seen = hub.dispatched.map(({ type, data, options }) => [type, data, options.changes]);
      const [first, second] = [{ at: '2026-01-01T00:00:00.123Z' }, { at: '2026-01-02T00:00:00.500Z' }].map(
        ({ at }) => ({ reading: { sensor: 'a $1', at, value: 9 } }),
      );
      expect(seen).to.deep.equal([
        ['ticket.updated', first, { value: { previous: 1, current: 9 } }],
        ['ticket.updated', second, { value: { previous: 2, current: 9 } }],
        ['ticket.destroyed', first, undefined],
        ['ticket.destroyed', second, undefined],
      ]);
      expect(await Reading.count()).to.equal(1);
    });
  });
});
