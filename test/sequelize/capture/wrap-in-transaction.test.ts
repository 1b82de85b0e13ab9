import { bindModel, type ModelBinding } from '@hookline/sequelize';
import { expect } from 'chai';
import type { ModelStatic, Sequelize } from 'sequelize';
import { expectError } from '../../support/expect-error.js';
import { useCls } from '../cls.js';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { RecordingHub } from '../recording-hub.js';

const EVENTS = {
  created: 'conversation.created',
  updated: 'conversation.updated',
  destroyed: 'conversation.destroyed',
  restored: 'conversation.restored',
} as const;

type Write = (Model: ModelStatic<Conversation>, row: Conversation, options: object) => Promise<unknown>;

const ROW_WRITES: Readonly<Record<string, Write>> = {
  'create()': (Model, _, options) => Model.create({ subject: 'new' }, options),
  'save()': (_, row, options) => row.set({ subject: 'bye' }).save(options),
  'instance.update()': (_, row, options) => row.update({ subject: 'bye' }, options),
  'instance.destroy()': (_, row, options) => row.destroy(options),
  'instance.destroy() by force': (_, row, options) => row.destroy({ ...options, force: true }),
  'instance.restore()': (_, row, options) => row.restore(options),
};

const BULK_WRITES: Readonly<Record<string, Write>> = {
  'bulkCreate()': (Model, _, options) => Model.bulkCreate([{ subject: 'new' }], options),
  'update()': (Model, { id }, options) => Model.update({ subject: 'bye' }, { ...options, where: { id } }),
  'destroy()': (Model, { id }, options) => Model.destroy({ ...options, where: { id } }),
  'restore()': (Model, { id }, options) => Model.restore({ ...options, where: { id } }),
  'truncate()': (Model, _, options) => Model.truncate(options),
};
/** Static ones, and yet of one row. */
const STATIC_ROW_WRITES: Readonly<Record<string, Write>> = {
  'upsert()': (Model, { id }, options) => Model.upsert({ id, subject: 'bye' }, options),
  'instance.increment()': (_, row, options) => row.increment('accountId', options),
};
const INCREMENTS: Readonly<Record<string, Write>> = {
  'increment()': (Model, { id }, options) => Model.increment('accountId', { ...options, where: { id } }),
  'decrement()': (Model, { id }, options) => Model.decrement('accountId', { ...options, where: { id } }),
};

/** On a pool of one connection: a second one inside a transaction would wait for ever. */
describe('a transaction around every write', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;
  let row: Conversation;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect({ pool: { max: 1, acquire: 3_000 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());
  beforeEach(async () => {
    Conversation = await defineConversation(sequelize, { paranoid: true });
    row = await Conversation.create({ subject: 'hello' });
    hub = new RecordingHub();
  });

  const bind = (binding: Partial<ModelBinding<Conversation>>) =>
    bindModel(Conversation, hub, { ...EVENTS, ...binding });

  /** Whether the write opens a transaction of its own. */
  async function opens(write: Write, options: object = {}): Promise<boolean> {
    const sent: string[] = [];
    await write(Conversation, row, { ...options, logging: (sql: string) => void sent.push(sql) });
    const words = sent.map((sql) => sql.replace(/^Executing \([^)]*\): (\w+).*$/s, '$1'));
    expect(words.filter((word) => word === 'START').length).to.equal(words.includes('COMMIT') ? 1 : 0);
    return words.includes('START');
  }

  for (const [name, write] of Object.entries({
    ...ROW_WRITES,
    ...STATIC_ROW_WRITES,
    ...BULK_WRITES,
    ...INCREMENTS,
  })) {
    it(`is opened by ${name}, given null, too, and not given hooks: false`, async () => {
      bind({ transaction: 'auto' });
      expect(await opens(write)).to.equal(true);
      await row.reload({ paranoid: false }).catch(() => {});
      expect(await opens(write, { transaction: null })).to.equal(true);
      expect(await opens(write, { hooks: false })).to.equal(false);
    });

    it(`is the caller's, for ${name}`, async () => {
      bind({ transaction: 'require' });
      await sequelize.transaction(async (transaction) => {
        expect(await opens(write, { transaction })).to.equal(false);
      });
    });

    it(`is opened for nobody by ${name} where it is off`, async () => {
      bind({ transaction: 'off' });
      expect(await opens(write)).to.equal(false);
    });

    it(`is required of ${name}, unless hooks: false`, async () => {
      bind({ transaction: 'require' });
      const error = await expectError('TRANSACTION_REQUIRED', () => write(Conversation, row, {}));
      expect(error.details).to.have.property('model', 'Conversation');
      expect(error.details)
        .to.have.property('operation')
        .that.matches(/^\w+\(\)$/);
      await row.reload();
      expect(row).to.include({ subject: 'hello', accountId: 42 });
      await write(Conversation, row, { hooks: false });
      expect(hub.types).to.deep.equal([]);
    });
  }

  it('is not opened by calls of many rows that make no events', async () => {
    bind({ bulk: 'off' });
    for (const write of Object.values({ ...BULK_WRITES, ...INCREMENTS })) {
      expect(await opens(write)).to.equal(false);
    }
    for (const write of Object.values(STATIC_ROW_WRITES)) expect(await opens(write)).to.equal(true);
    const { 'update()': update } = BULK_WRITES as { readonly 'update()': Write };
    expect(await opens(update, { individualHooks: true })).to.equal(true);
  });

  it('is neither opened nor required by findOrCreate, which has its own', async () => {
    bind({ transaction: 'require' });
    await Conversation.findOrCreate({ where: { subject: 'new' } });
    expect(hub.types).to.deep.equal(['conversation.created']);
  });

  it('puts an instance back to what it was where the transaction it was written in rolls back', async () => {
    bind({});
    hub.onDispatch = () => {
      throw new Error('refused');
    };
    const { 'instance.destroy()': destroy } = ROW_WRITES as { readonly 'instance.destroy()': Write };
    const failed = await destroy(Conversation, row, {}).catch((error: Error) => error.message);
    expect(failed).to.equal('refused');
    expect(row.isSoftDeleted()).to.equal(false);
    const fresh = Conversation.build({ subject: 'fresh' });
    expect(await fresh.save().catch((error: Error) => error.message)).to.equal('refused');
    expect(fresh).to.include({ isNewRecord: true, id: null });
    hub.onDispatch = () => {};
    await row.destroy();
    await fresh.save();
    expect(hub.types).to.deep.equal(['conversation.destroyed', 'conversation.created']);
    expect(await Conversation.count()).to.equal(1);
  });

  describe('with a transaction in the CLS', () => {
    useCls();

    it('is that one where it is required', async () => {
      bind({ transaction: 'require' });
      await sequelize.transaction(() => row.update({ subject: 'bye' }));
      expect(hub.types).to.deep.equal(['conversation.updated']);
      await expectError('TRANSACTION_REQUIRED', () => row.update({ subject: 'again' }));
    });

    it('is that one where no other is opened', async () => {
      bind({ transaction: 'off' });
      await sequelize.transaction(async (transaction) => {
        await row.update({ subject: 'bye' });
        expect(hub.last.options.transaction).to.equal(transaction);
      });
      await row.update({ subject: 'again' });
      expect(hub.last.options).to.not.have.property('transaction');
    });
  });
});
