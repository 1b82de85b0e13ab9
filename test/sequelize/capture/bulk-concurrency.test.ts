import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { type ModelStatic, Op, type Sequelize, type Transaction } from 'sequelize';
import { until } from '../../support/until.js';
import { type Connection, connect } from '../connect.js';
import { RecordingHub } from '../recording-hub.js';
import { defineTicket, TICKET_EVENTS, type Ticket } from './ticket-model.js';
import { told } from './told.js';
import { isWaiting } from './waiting.js';

describe('writes of many rows at the same time', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Ticket: ModelStatic<Ticket>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect({ pool: { max: 3 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  beforeEach(async () => {
    Ticket = await defineTicket(sequelize);
    hub = new RecordingHub();
    bindModel(Ticket, hub, TICKET_EVENTS);
    const titles = Array.from({ length: 40 }, (_, index) => `title ${index}`);
    await Ticket.bulkCreate(
      titles.map((title) => ({ title })),
      { hooks: false },
    );
  });

  it('wait for each other where they mean the same rows, and none is a deadlock', async () => {
    const rounds = Array.from({ length: 6 }, (_, index) => index);
    await Promise.all(
      rounds.map((index) => {
        const order = index % 2 === 0 ? 'ASC' : 'DESC';
        const ids = Array.from({ length: 30 }, (_, id) => (order === 'ASC' ? id + 1 : 40 - id));
        return Ticket.increment('views', { where: { id: ids } });
      }),
    );
    const sum = await Ticket.sum('views');
    expect(sum).to.equal(6 * 30);
    const diffs = hub.dispatched.map(({ options }) => options.changes?.views);
    expect(diffs).to.have.length(6 * 30);
    expect(diffs.every((diff) => Number(diff?.current) === Number(diff?.previous) + 1)).to.equal(true);
  });

  const writes: Readonly<Record<string, (row: Ticket, transaction: Transaction) => Promise<unknown>>> = {
    'the end of the row': (row, transaction) => row.destroy({ transaction }),
    'an update of a key': (row, transaction) => row.update({ title: 'another' }, { transaction }),
    'an upsert': ({ title }, transaction) => Ticket.upsert({ title, views: 5 }, { transaction }),
  };
  for (const [name, write] of Object.entries(writes)) {
    it(`take the lock of the statement at once: ${name} and who refers to the row and changes it next`, async () => {
      const row = (await Ticket.findByPk(1, { rejectOnEmpty: true })) as Ticket;
      await sequelize.query(
        'CREATE TABLE IF NOT EXISTS ticket_notes (ticket_id int REFERENCES tickets (ticket_id) ON DELETE CASCADE)',
      );
      const other = await sequelize.transaction();
      await sequelize.query('INSERT INTO ticket_notes VALUES (1)', { transaction: other });
      const own = await sequelize.transaction();
      const writing = write(row, own).then(() => own.commit());
      await until(() => isWaiting(sequelize));
      await sequelize.query('UPDATE tickets SET view_count = 9 WHERE ticket_id = 1', { transaction: other });
      await other.commit();
      await writing;
      await sequelize.query('DROP TABLE ticket_notes');
    });
  }

  it('see what the one before made of the rows', async () => {
    const first = await sequelize.transaction();
    await Ticket.update({ status: 'closed' }, { where: { id: [1, 2] }, transaction: first });
    const second = Ticket.update({ views: 1 }, { where: { status: 'open', id: { [Op.lte]: 3 } } });
    await until(() => isWaiting(sequelize));
    await first.commit();
    await second;
    expect(told(hub)).to.deep.equal([
      'updated 1 {"status":["open","closed"]}',
      'updated 2 {"status":["open","closed"]}',
      'updated 3 {"views":[0,1]}',
    ]);
  });

  it('write no row that came in after they had looked: it would go untold', async () => {
    const rival = connection.another();
    const sql = `INSERT INTO tickets (title, created_at, updated_at) VALUES ('late', now(), now())`;
    // The first hook of the rows runs after the reading, and before the statement.
    Ticket.addHook('beforeUpdate', async () => {
      if ((await Ticket.count({ where: { title: 'late' } })) === 0) await rival.query(sql);
    });
    await Ticket.update({ views: 1 }, { where: { id: { [Op.gt]: 39 } }, individualHooks: true });
    expect(told(hub)).to.deep.equal(['updated 40 {"views":[0,1]}']);
    expect(await Ticket.findOne({ where: { title: 'late' } })).to.include({ views: 0 });
  });

  it('keep others from adding rows to a table that they empty', async () => {
    let late: Promise<unknown> | undefined;
    const rival = connection.another();
    const sql = `INSERT INTO tickets (title, created_at, updated_at) VALUES ('late', now(), now())`;
    Ticket.addHook('beforeDestroy', async () => {
      if (late) return;
      late = rival.query(sql);
      await until(() => isWaiting(sequelize));
    });
    await Ticket.destroy({ truncate: true, where: {}, individualHooks: true } as never);
    await late;
    expect(hub.types).to.have.length(40);
    expect(await Ticket.count()).to.equal(1);
  });

  it('let others refer to the rows that an update is about', async () => {
    await sequelize.query(`CREATE TABLE notes (ticket_id integer REFERENCES tickets)`);
    await sequelize.transaction(async (transaction: Transaction) => {
      await Ticket.update({ status: 'closed' }, { where: { id: 1 }, transaction });
      await sequelize.query(`SET lock_timeout = '1s'; INSERT INTO notes VALUES (1)`, { transaction: null });
    });
    await sequelize.query('DROP TABLE notes');
    expect(told(hub)).to.have.length(1);
  });
});

describe('what writes of many rows cost', () => {
  let connection: Connection;
  let Ticket: ModelStatic<Ticket>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect({ pool: { max: 1 } });
    Ticket = await defineTicket(connection.sequelize, { paranoid: true });
    hub = new RecordingHub();
    bindModel(Ticket, hub, TICKET_EVENTS);
  });
  after(() => connection.close());

  /** How many statements it takes inside a transaction, and of which kinds. */
  const statements = async (
    write: (options: { transaction: Transaction; logging: (sql: string) => void }) => unknown,
  ) => {
    const seen: string[] = [];
    const logging = (sql: string) => void seen.push(/: (\w+)/.exec(sql)?.[1] ?? '');
    await connection.sequelize.transaction(async (transaction) => write({ transaction, logging }));
    return seen.join(' ');
  };

  it('is a reading before and one after, whatever the number of rows', async () => {
    const rows = Array.from({ length: 1_200 }, (_, index) => ({ title: `title ${index}` }));
    expect(await statements((options) => Ticket.bulkCreate(rows, options))).to.equal('INSERT');
    const again = { updateOnDuplicate: ['views'] } as const;
    const others = rows.map((row) => ({ ...row, views: 1 }));
    const overwriting = (options: object) =>
      Ticket.bulkCreate(others, { ...options, updateOnDuplicate: [...again.updateOnDuplicate] });
    expect(await statements(overwriting)).to.equal('SELECT INSERT');
    const where = { views: 1 };
    expect(await statements((options) => Ticket.update({ likes: 1 }, { where, ...options }))).to.equal(
      'SELECT UPDATE SELECT',
    );
    expect(await statements((options) => Ticket.increment('likes', { where, ...options }))).to.equal(
      'SELECT UPDATE SELECT',
    );
    expect(await statements((options) => Ticket.destroy({ where, ...options }))).to.equal(
      'SELECT UPDATE SELECT',
    );
    expect(await statements((options) => Ticket.restore({ where, ...options }))).to.equal(
      'SELECT UPDATE SELECT',
    );
    expect(await statements((options) => Ticket.destroy({ where, force: true, ...options }))).to.equal(
      'SELECT DELETE SELECT',
    );
    expect(hub.types).to.have.length(7 * 1_200);
  });

  it('is one reading where there is nothing to see', async () => {
    const where = { id: -1 };
    expect(await statements((options) => Ticket.update({ likes: 1 }, { where, ...options }))).to.equal(
      'SELECT UPDATE',
    );
    expect(await statements((options) => Ticket.destroy({ where, ...options }))).to.equal('SELECT UPDATE');
  });

  it('is nothing where the binding has no event for it', async () => {
    bindModel(Ticket, hub, { created: 'ticket.created' });
    const where = { views: 1 };
    expect(await statements((options) => Ticket.update({ likes: 1 }, { where, ...options }))).to.equal(
      'UPDATE',
    );
    expect(await statements((options) => Ticket.destroy({ where, ...options }))).to.equal('UPDATE');
    expect(await statements((options) => Ticket.increment('likes', { where, ...options }))).to.equal(
      'UPDATE',
    );
  });
});
