import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, literal, type ModelStatic, type Sequelize } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { RecordingHub } from '../recording-hub.js';

const EVENTS = {
  created: 'conversation.created',
  updated: 'conversation.updated',
  destroyed: 'conversation.destroyed',
  restored: 'conversation.restored',
};

/** On a pool of one connection: what is read must be read in the transaction of the write. */
describe('the hooks of one row', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect({ pool: { max: 1, acquire: 3_000 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());
  beforeEach(async () => {
    Conversation = await defineConversation(sequelize, { paranoid: true });
    hub = new RecordingHub();
    bindModel(Conversation, hub, EVENTS);
  });

  const stored = () =>
    Conversation.create({ subject: 'hello', token: 'one', meta: { a: 1, tags: ['x'] } }, { hooks: false });
  const find = async (options: object = {}) =>
    (await Conversation.findOne({ rejectOnEmpty: true, ...options })) as Conversation;
  const changes = () => hub.last.options.changes;
  const data = () =>
    (hub.last.data as { readonly conversation: Readonly<Record<string, unknown>> }).conversation;

  /** The statements that a write sends. */
  async function statements(write: (options: object) => Promise<unknown>): Promise<readonly string[]> {
    const sent: string[] = [];
    const logging = (sql: string) => void sent.push(sql.replace(/^Executing \([^)]*\): (\w+).*$/s, '$1'));
    await write({ logging });
    return sent;
  }

  describe('of a row that was read in part', () => {
    beforeEach(stored);

    it('makes an update with the whole row as data, and what it changed', async () => {
      const row = await find({ attributes: ['id', 'status'] });
      await row.update({ status: 'closed' });
      expect(data()).to.include({ subject: 'hello', token: 'one', status: 'closed', accountId: 42 });
      expect(changes()).to.deep.equal({ status: { previous: 'open', current: 'closed' } });
    });

    it('knows what an attribute was that was not read', async () => {
      const row = await find({ attributes: ['id'] });
      await row.update({ subject: 'bye' });
      expect(changes()).to.deep.equal({ subject: { previous: 'hello', current: 'bye' } });
    });

    it('makes no event where the attribute turns out to be what it was', async () => {
      const row = await find({ attributes: ['id'] });
      await row.update({ subject: 'hello' });
      expect(hub.types).to.deep.equal([]);
    });

    it('has the whole row in the event of its end, marked or removed, and of its return', async () => {
      const row = await find({ attributes: ['id'] });
      await row.destroy();
      expect(hub.last.type).to.equal('conversation.destroyed');
      expect(data()).to.include({ subject: 'hello' });
      expect(data().deletedAt).to.be.a('string');
      await (await find({ attributes: ['id'], paranoid: false })).restore();
      expect(hub.last.type).to.equal('conversation.restored');
      expect(data()).to.include({ subject: 'hello', deletedAt: null });
      await (await find({ attributes: ['id'] })).destroy({ force: true });
      expect(hub.types).to.deep.equal([
        'conversation.destroyed',
        'conversation.restored',
        'conversation.destroyed',
      ]);
      expect(data()).to.include({ subject: 'hello' });
      expect(await Conversation.count({ paranoid: false })).to.equal(0);
    });

    it('reads past a scope that hides attributes and rows', async () => {
      Conversation.addScope('defaultScope', {
        where: { status: 'open' },
        attributes: { exclude: ['token'] },
      });
      await (await find()).update({ status: 'closed' });
      expect(data()).to.include({ status: 'closed', token: 'one' });
    });

    it('keeps what the app put on the instance for its data function', async () => {
      interface Marked extends Conversation {
        mark?: string;
      }
      bindModel(Conversation, hub, {
        ...EVENTS,
        data: (row) => ({ mark: (row as Marked).mark, loud: row.loud, isChanged: row.changed('status') }),
      });
      const row: Marked = await find({ attributes: ['id', 'status'] });
      row.mark = 'by hand';
      await row.update({ status: 'closed' });
      expect(hub.last.data).to.deep.equal({ mark: 'by hand', loud: 'HELLO', isChanged: true });
    });

    it('runs no hooks of the app for what it reads, and logs where the write logs', async () => {
      const found: unknown[] = [];
      Conversation.addHook('beforeFind', 'mine', (options) => void found.push(options));
      const row = await find({ attributes: ['id'] });
      const sent = await statements((options) => row.update({ subject: 'bye' }, options));
      expect(sent).to.deep.equal(['START', 'SELECT', 'UPDATE', 'SELECT', 'COMMIT']);
      expect(found).to.have.length(1);
    });
  });

  describe('of an instance that several calls write at once', () => {
    it('keeps what the app sets on it meanwhile', async () => {
      const row = await stored();
      const updating = row.update({ subject: 'bye' });
      await new Promise((resolve) => setImmediate(resolve));
      row.status = 'closed';
      await updating;
      await row.save();
      expect(await find()).to.include({ subject: 'bye', status: 'closed' });
    });

    it('writes what each was given, and tells of each', async () => {
      const row = await stored();
      await Promise.all([row.update({ subject: 'bye' }), row.update({ status: 'closed' })]);
      expect(await find()).to.include({ subject: 'bye', status: 'closed' });
      expect(
        hub.dispatched.flatMap(({ options }) => Object.keys(options.changes ?? {})).toSorted(),
      ).to.deep.equal(['status', 'subject']);
    });

    it('writes what it was given also where another call answers with the row first', async () => {
      const row = await stored();
      await Promise.all([row.increment('accountId'), row.update({ subject: 'bye' })]);
      expect(await find()).to.include({ subject: 'bye', accountId: 43 });
    });

    it('tells each change once, in one transaction, too', async () => {
      const row = await stored();
      await sequelize.transaction((transaction) =>
        Promise.all([
          row.increment('accountId', { transaction }),
          row.update({ subject: 'bye' }, { transaction }),
        ]),
      );
      const told = hub.dispatched.map(({ options }) => Object.keys(options.changes ?? {}));
      expect(told.toSorted()).to.deep.equal([['accountId'], ['subject']]);
    });
  });

  describe('of a row that was read whole', () => {
    it('is read before and after an update, before its end, and not for a new row', async () => {
      const row = await stored();
      const sent = async (write: (options: object) => Promise<unknown>) =>
        (await statements(write)).join(' ');
      expect(await sent((options) => Conversation.create({ subject: 'new' }, options))).to.equal(
        'START INSERT COMMIT',
      );
      expect(await sent((options) => row.update({ subject: 'bye' }, options))).to.equal(
        'START SELECT UPDATE SELECT COMMIT',
      );
      expect(await sent((options) => row.destroy(options))).to.equal('START SELECT UPDATE SELECT COMMIT');
      expect(await sent((options) => row.restore(options))).to.equal('START SELECT UPDATE SELECT COMMIT');
      expect(await sent((options) => row.destroy({ ...options, force: true }))).to.equal(
        'START SELECT DELETE COMMIT',
      );
    });

    it('makes no event where the row is gone', async () => {
      await stored();
      const [one, two, three] = [await find(), await find(), await find()];
      await Conversation.destroy({ where: {}, force: true, hooks: false });
      await one.update({ status: 'closed' });
      await two.destroy();
      await three.destroy({ force: true });
      expect(hub.types).to.deep.equal([]);
    });

    it('makes one end of a row that two instances mark', async () => {
      await stored();
      const [one, two] = [await find(), await find()];
      await one.destroy();
      await two.destroy();
      expect(hub.types).to.deep.equal(['conversation.destroyed']);
    });

    it('knows what an attribute was that was set twice', async () => {
      await stored();
      const row = await find();
      row.set({ subject: 'first', status: 'first' });
      row.set({ subject: 'second', status: 'open' });
      await row.save();
      expect(changes()).to.deep.equal({ subject: { previous: 'hello', current: 'second' } });
      row.set({ subject: 'third' });
      row.set({ subject: 'second' });
      await row.save();
      expect(hub.types).to.deep.equal(['conversation.updated']);
    });

    it('knows what others made of it meanwhile', async () => {
      await stored();
      const row = await find();
      await Conversation.update({ status: 'waiting' }, { where: {}, hooks: false });
      await row.update({ status: 'closed' });
      expect(changes()).to.deep.equal({ status: { previous: 'waiting', current: 'closed' } });
    });

    it('is neither read nor asked for where the binding makes nothing of it', async () => {
      bindModel(Conversation, hub, { created: 'conversation.created' });
      const row = await stored();
      const sent = await statements((options) => row.update({ subject: 'bye' }, options));
      expect(sent).to.deep.equal(['START', 'UPDATE', 'COMMIT']);
      bindModel(Conversation, hub, { destroyed: 'conversation.destroyed' });
      await row.update({ status: 'closed' });
      row.setDataValue('deletedAt' as never, new Date() as never);
      await row.save();
      expect(hub.types).to.deep.equal(['conversation.destroyed']);
    });

    it('shows what others wrote meanwhile, and takes none of it for a change', async () => {
      await stored();
      const row = await find();
      await Conversation.update({ token: 'two', accountId: 7 }, { where: {}, hooks: false });
      await row.update({ status: 'closed' });
      expect(data()).to.include({ token: 'two', accountId: 7, status: 'closed' });
      expect(changes()).to.have.all.keys('status');
      expect(row).to.include({ token: 'one', accountId: 42 });
    });

    it('leaves on the instance what the app knows of it', async () => {
      await stored();
      const row = await find({ attributes: ['id', 'status'] });
      row.accountId = 8;
      const seen: object[] = [];
      Conversation.addHook('afterUpdate', 'mine', (instance) => void seen.push({ ...instance.get() }));
      await row.update({ status: 'closed' });
      expect(row.get()).to.have.all.keys('id', 'status', 'accountId', 'updatedAt');
      expect(row.accountId).to.equal(8);
      expect(row.changed()).to.deep.equal(['accountId']);
      expect(Object.getOwnPropertyNames(row.get())).to.not.include('Conversations');
      expect(seen[0]).to.not.have.property('Conversations');
    });

    it('gives the app what it asks to be returned', async () => {
      await stored();
      const row = await find({ attributes: ['id'] });
      await row.update({ status: 'closed' }, { returning: ['token'] } as object);
      expect(row).to.include({ token: 'one', subject: undefined });
      await row.update({ status: 'open' }, { returning: true } as object);
      expect(row).to.include({ token: 'one', subject: 'hello' });
      expect(hub.types).to.have.length(2);
    });

    it('does without what the statement returns where the table has a column of its own name', async () => {
      const Odd = sequelize.define(
        'Odd',
        { status: 'text', extra: 'text' },
        { tableName: 'status', timestamps: false },
      );
      await Odd.sync({ force: true });
      bindModel(Odd, hub, { created: 'odd.created', updated: 'odd.updated' });
      const row = await Odd.create({ status: 'open', extra: 'x' });
      await row.update({ status: 'closed' });
      expect(hub.types).to.deep.equal(['odd.created', 'odd.updated']);
      expect(changes()).to.deep.equal({ status: { previous: 'open', current: 'closed' } });
      await Odd.destroy({ where: {}, hooks: false });
      await row.update({ status: 'open' });
      expect(hub.types).to.have.length(2);
    });

    it('shows what is stored, not what was set and not saved', async () => {
      await stored();
      const row = await find();
      row.set({ subject: 'bye', status: 'closed' });
      await row.save({ fields: ['status'] });
      expect(data()).to.include({ subject: 'hello', status: 'closed' });
      expect(changes()).to.have.all.keys('status');
      expect(row.subject).to.equal('bye');
    });

    it('shows what was stored when it is removed', async () => {
      await stored();
      const row = await find();
      row.subject = 'bye';
      await row.destroy({ force: true });
      expect(data()).to.include({ subject: 'hello' });
    });

    it('tells what was saved along with its return', async () => {
      await stored();
      const row = await find();
      await row.destroy();
      row.status = 'waiting';
      await row.restore();
      expect(hub.last.type).to.equal('conversation.restored');
      expect(changes()).to.deep.equal({ status: { previous: 'open', current: 'waiting' } });
      await row.destroy();
      await row.restore();
      expect(hub.last.options).to.not.have.property('changes');
    });

    it('takes the mark of deletion for what it means, whoever sets it', async () => {
      await stored();
      const row = await find();
      row.setDataValue('deletedAt' as never, new Date() as never);
      await row.save();
      row.setDataValue('deletedAt' as never, null as never);
      await row.save({ paranoid: false } as object);
      expect(hub.types).to.deep.equal(['conversation.destroyed', 'conversation.restored']);
    });

    it('makes no event of a row that is deleted already, nor of one that was not', async () => {
      await stored();
      const row = await find();
      await row.restore();
      await row.destroy();
      await row.destroy();
      await row.update({ status: 'closed' });
      await row.destroy({ force: true });
      expect(hub.types).to.deep.equal(['conversation.destroyed']);
    });
  });

  describe('of values that the database makes', () => {
    it('shows them as they came out', async () => {
      await stored();
      const row = await find();
      await row.update({ subject: literal("upper('made')") as never, status: 'closed' });
      expect(data()).to.include({ subject: 'MADE', status: 'closed' });
      expect(changes()).to.deep.equal({
        subject: { previous: 'hello', current: 'MADE' },
        status: { previous: 'open', current: 'closed' },
      });
    });

    it('leaves one out that came out as it was', async () => {
      await stored();
      const row = await find();
      await row.update({ subject: literal("'hello'") as never });
      expect(hub.types).to.deep.equal([]);
    });

    it('shows a value in the form that the column gives it', async () => {
      const Price = sequelize.define('Price', { amount: DataTypes.DECIMAL(10, 2) }, { timestamps: false });
      await Price.sync({ force: true });
      bindModel(Price, hub, { created: 'price.created', updated: 'price.updated' });
      const row = await Price.create({ amount: 1.5 });
      expect(hub.last.data).to.have.nested.property('price.amount', '1.50');
      await row.update({ amount: 1.5 });
      expect(hub.types).to.deep.equal(['price.created']);
      await row.update({ amount: 2.5 });
      expect(changes()).to.deep.equal({ amount: { previous: '1.50', current: '2.50' } });
    });

    it('shows them in the event of a new row, returned or not', async () => {
      await Conversation.create({ subject: literal("upper('made')") as never }, { validate: false });
      expect(data()).to.include({ subject: 'MADE' });
      const values = { subject: literal("upper('again')") as never, meta: undefined as never };
      await Conversation.create(values, { validate: false, returning: false });
      expect(data()).to.include({ id: 2, subject: 'AGAIN', status: 'open' });
      expect(hub.last.options.subject).to.deep.equal({ type: 'Conversation', id: 2 });
    });
  });

  describe('of JSON', () => {
    beforeEach(stored);
    const previous = { a: 1, tags: ['x'] };

    it('knows what it was before it was mutated in place', async () => {
      const row = await find();
      (row.meta as { a: number }).a = 2;
      row.changed('meta', true);
      await row.save();
      expect(changes()).to.deep.equal({ meta: { previous, current: { a: 2, tags: ['x'] } } });
    });

    it('knows what it was before one path of it was set', async () => {
      const row = await find();
      row.set('meta.a' as never, 3 as never);
      await row.save();
      expect(changes()).to.deep.equal({ meta: { previous, current: { a: 3, tags: ['x'] } } });
    });

    it('knows what it was before it was mutated and then replaced', async () => {
      const row = await find();
      (row.meta as { tags: string[] }).tags.push('y');
      await row.update({ meta: { ...row.meta, b: 1 } });
      expect(changes()).to.deep.equal({ meta: { previous, current: { a: 1, tags: ['x', 'y'], b: 1 } } });
    });

    it('makes no event where nothing was changed after all', async () => {
      const row = await find();
      row.changed('meta', true);
      await row.save();
      expect(hub.types).to.deep.equal([]);
    });

    it('locks the row as the update will, so that rows which refer to it may be inserted meanwhile', async () => {
      const row = await find();
      row.set('meta.a' as never, 3 as never);
      const sent: string[] = [];
      await row.save({ logging: (sql) => void sent.push(sql) });
      expect(sent.filter((sql) => sql.includes('SELECT'))).to.have.length(2);
      expect(sent[1]).to.contain('FOR NO KEY UPDATE');
    });
  });

  describe('with optimistic locking', () => {
    it('makes no event of a write that came too late', async () => {
      const Versioned = await defineConversation(sequelize, { version: true });
      bindModel(Versioned, hub, EVENTS);
      const row = await Versioned.create({ subject: 'hello' });
      const stale = (await Versioned.findByPk(row.id)) as Conversation;
      await row.update({ subject: 'bye' });
      const error = await stale.update({ subject: 'late' }).catch((failure: Error) => failure);
      expect(error).to.have.property('name', 'SequelizeOptimisticLockError');
      expect(hub.types).to.deep.equal(['conversation.created', 'conversation.updated']);
      expect(changes()).to.deep.equal({ subject: { previous: 'hello', current: 'bye' } });
    });
  });

  it('works on a model without a primary key as far as its instances know', async () => {
    const Note = sequelize.define('Note', { text: 'text', extra: 'text' }, { timestamps: false });
    Note.removeAttribute('id');
    await Note.sync({ force: true });
    bindModel(Note, hub, { created: 'note.created' });
    await Note.create({ text: 'hello' }, { returning: false });
    expect(hub.last.options).to.not.have.property('subject');
    expect(hub.last.data).to.deep.equal({ note: { text: 'hello' } });
  });
});
