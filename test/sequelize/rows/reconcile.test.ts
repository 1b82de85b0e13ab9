import {
  createHub,
  type Event,
  type Hub,
  memoryStore,
  type ReconcileOptions,
  withContext,
} from '@hookline/core';
import { bindModel, sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type ModelStatic } from 'sequelize';
import { expectError } from '../../support/expect-error.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { type Connection, connect, makeTables } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';

const HOUR_MS = 3_600_000;
const NOTHING = { created: 0, updated: 0, destroyed: 0 };

describe('hub.reconcile', () => {
  let connection: Connection;
  let tables: TableOptions;
  let hub: Hub;
  let logger: RecordingLogger;
  let Conversation: ModelStatic<Conversation>;

  before(async () => {
    connection = await connect({ pool: { max: 5 } });
  });
  after(() => connection.close());
  beforeEach(async () => {
    await begin();
  });
  afterEach(() => hub.close());

  async function begin(options: object = {}): Promise<void> {
    tables = await makeTables(connection.sequelize);
    logger = new RecordingLogger();
    const store = sequelizeStore(connection.sequelize, tables);
    hub = createHub({ store, logger, roles: ['web'] });
    Conversation = await defineConversation(connection.sequelize, options);
  }
  function bind(binding: object = {}): void {
    bindModel(Conversation, hub, {
      created: 'conversation.created',
      updated: 'conversation.updated',
      destroyed: 'conversation.destroyed',
      account: 'accountId',
      ...binding,
    } as never);
  }
  const sql = (text: string) => connection.sequelize.query(text);
  const insert = (id: number, subject = `row ${id}`) =>
    sql(`INSERT INTO "Conversations" ("id", "subject", "accountId", "createdAt", "updatedAt")
      VALUES (${id}, '${subject}', 42, now(), now())`);
  /** What was dispatched by it, oldest first. */
  async function told(options: ReconcileOptions = {}): Promise<readonly Event[]> {
    const [last] = await hub.events.list({ limit: 1 });
    const counted = await hub.reconcile(Conversation, options);
    const events = await hub.events.list({ limit: 250 });
    const fresh = events
      .slice(0, last ? events.findIndex(({ id }) => id === last.id) : undefined)
      .toReversed();
    const { created, updated, destroyed } = counted;
    expect(fresh).to.have.length(options.dryRun ? 0 : created + updated + destroyed);
    return fresh;
  }
  const brief = (events: readonly Event[]) => events.map(({ type, subject }) => [type, Number(subject?.id)]);

  it('tells nothing where every change was told of', async () => {
    bind();
    const row = await Conversation.create({ subject: 'one', meta: { a: [1, null] }, token: null });
    await row.update({ subject: 'two' });
    await (await Conversation.create({ subject: 'gone' })).destroy();
    expect(await hub.reconcile(Conversation)).to.deep.equal({ checked: 1, ...NOTHING });
  });

  it('tells of rows that were added, changed and removed by raw SQL, and then no more', async () => {
    bind();
    await Conversation.bulkCreate(['one', 'two', 'three'].map((subject) => ({ subject })));
    await insert(10);
    await sql(`UPDATE "Conversations" SET "status" = 'closed' WHERE "id" = 2`);
    await sql(`DELETE FROM "Conversations" WHERE "id" = 3`);
    const events = await told();
    expect(brief(events)).to.have.deep.members([
      ['conversation.created', 10],
      ['conversation.updated', 2],
      ['conversation.destroyed', 3],
    ]);
    for (const event of events) expect(event).to.deep.include({ snapshot: true, accountId: 42 });
    expect(await hub.reconcile(Conversation)).to.deep.equal({ checked: 3, ...NOTHING });
  });

  it('has the changes of a row, and the last known data of one that is gone', async () => {
    bind();
    await Conversation.bulkCreate([{ subject: 'one' }, { subject: 'two' }]);
    await sql(`UPDATE "Conversations" SET "status" = 'closed' WHERE "id" = 1`);
    await sql(`DELETE FROM "Conversations" WHERE "id" = 2`);
    const [updated, destroyed] = await told();
    expect(updated?.changes).to.deep.equal({ status: { previous: 'open', current: 'closed' } });
    expect(updated?.data).to.have.nested.property('conversation.status', 'closed');
    expect(destroyed?.data).to.have.nested.property('conversation.subject', 'two');
    expect(destroyed?.subject).to.deep.equal({ type: 'Conversation', id: 2 });
  });

  it('finds out and tells nothing in a dry run', async () => {
    bind();
    await insert(1);
    expect(await told({ dryRun: true })).to.deep.equal([]);
    expect(await hub.reconcile(Conversation, { dryRun: true })).to.deep.equal({
      ...NOTHING,
      checked: 1,
      created: 1,
    });
  });

  it('goes through all rows and subjects, batch by batch', async () => {
    bind();
    await Conversation.bulkCreate(Array.from({ length: 7 }, (_, i) => ({ subject: `row ${i}` })));
    for (const id of [11, 12, 13, 14, 15]) await insert(id);
    await sql('DELETE FROM "Conversations" WHERE "id" < 5');
    const counted = await hub.reconcile(Conversation, { batchSize: 2 });
    expect(counted).to.deep.equal({ checked: 8, created: 5, updated: 0, destroyed: 4 });
  });

  it('leaves out what the binding makes no event of', async () => {
    bind({ created: undefined, destroyed: undefined, ignore: ['status'] });
    const row = await Conversation.create({ subject: 'one' });
    await row.update({ subject: 'two' });
    await insert(10);
    await sql(`UPDATE "Conversations" SET "status" = 'closed', "updatedAt" = now()`);
    expect(brief(await told())).to.deep.equal([]);
    await sql(`UPDATE "Conversations" SET "subject" = 'three'`);
    expect(brief(await told())).to.deep.equal([['conversation.updated', 1]]);
  });

  it('never has what is redacted, nor tells of it', async () => {
    bind({ redact: ['token'] });
    await Conversation.create({ subject: 'one', token: 'old secret' });
    await sql(`UPDATE "Conversations" SET "token" = 'new secret'`);
    expect(await told()).to.deep.equal([]);
    await sql(`UPDATE "Conversations" SET "status" = 'closed'`);
    expect(JSON.stringify(await told())).to.not.include('secret');
  });

  it('tells of a row that came back after it was destroyed', async () => {
    bind();
    await (await Conversation.create({ subject: 'one' })).destroy();
    await insert(1);
    expect(brief(await told())).to.deep.equal([['conversation.created', 1]]);
  });

  it('tells of paranoid rows that were marked, and of those that are marked no more', async () => {
    await hub.close();
    await begin({ paranoid: true });
    bind({ restored: 'conversation.restored' });
    const rows = await Conversation.bulkCreate([{ subject: 'one' }, { subject: 'two' }]);
    await rows[0]?.destroy();
    await sql(`UPDATE "Conversations" SET "deletedAt" = CASE "id" WHEN 2 THEN now() END`);
    expect(brief(await told())).to.have.deep.members([
      ['conversation.restored', 1],
      ['conversation.destroyed', 2],
    ]);
    expect(await told()).to.deep.equal([]);
  });

  it('does not take what only one webhook was told of for told', async () => {
    bind();
    await insert(1);
    const subject = { type: 'Conversation', id: 1 };
    const webhook = { webhookId: 'wh_one', snapshot: true } as const;
    await hub.dispatchAll([{ type: 'conversation.created', data: {}, subject, ...webhook }]);
    expect(brief(await told())).to.deep.equal([['conversation.created', 1]]);
  });

  it('passes over what was erased', async () => {
    bind();
    await Conversation.bulkCreate([{ subject: 'one' }, { subject: 'two' }]);
    await hub.events.eraseSubject({ type: 'Conversation', id: 1 });
    await hub.events.eraseSubject({ type: 'Conversation', id: 2 });
    await sql(`UPDATE "Conversations" SET "subject" = 'other' WHERE "id" = 1`);
    await sql(`DELETE FROM "Conversations" WHERE "id" = 2`);
    expect(await told()).to.deep.equal([]);
  });

  it('leaves a row alone whose change a trigger has recorded', async () => {
    bind();
    await insert(1);
    await insert(2);
    await sql(`INSERT INTO ${tables.prefix}changes (source, transaction_id, occurred_at, after)
      SELECT 'Conversations', 1, 0, to_jsonb(c) FROM "Conversations" c WHERE "id" = 1`);
    expect(brief(await told())).to.deep.equal([['conversation.created', 2]]);
  });

  it('logs a row of which no event can be made, and goes on', async () => {
    const data = ({ id }: Conversation) => {
      if (id === 1) throw new Error('no data');
      return id === 2 ? { big: 2n } : { id };
    };
    bind({ data });
    for (const id of [1, 2, 3]) await insert(id);
    expect(brief(await told())).to.deep.equal([['conversation.created', 3]]);
    const subjects = logger.of('error').map(({ fields }) => fields.subject);
    expect(subjects).to.deep.equal([1, 2].map((id) => ({ type: 'Conversation', id })));
  });

  it('has the context of nobody', async () => {
    bind({ account: undefined });
    await insert(1);
    const context = { account: 7, actor: { type: 'user', id: 1 } };
    const [event] = await withContext(context, () => told());
    expect(event).to.deep.include({ accountId: null });
    expect(event).to.not.have.property('actor');
  });

  describe('while others write', () => {
    it('tells nothing of a change that is not committed, nor of it when it is', async () => {
      bind();
      await Conversation.create({ subject: 'one' });
      await sql(`UPDATE "Conversations" SET "status" = 'stale'`);
      const transaction = await connection.sequelize.transaction();
      const row = await Conversation.findByPk(1, { transaction });
      await row?.update({ status: 'closed' }, { transaction });
      const reconciling = hub.reconcile(Conversation);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await transaction.commit();
      expect(await reconciling).to.deep.equal({ checked: 1, ...NOTHING });
      const [last] = await hub.events.of({ type: 'Conversation', id: 1 });
      expect(last?.event.data).to.have.nested.property('conversation.status', 'closed');
    });

    it('looks again at a row that was changed while it looked', async () => {
      const data = async (row: Conversation) => {
        const change = changes.shift();
        if (change) await change();
        return { conversation: { id: row.id, status: row.status } };
      };
      const changes: (() => Promise<unknown>)[] = [];
      bind({ data });
      await Conversation.create({ subject: 'one' });
      await sql(`UPDATE "Conversations" SET "status" = 'stale'`);
      const other = await Conversation.findByPk(1);
      changes.push(async () => other?.update({ status: 'closed' }));
      expect(await hub.reconcile(Conversation)).to.deep.equal({ checked: 1, ...NOTHING });
    });

    it('comes to how the rows are', async () => {
      bind();
      await Conversation.bulkCreate(Array.from({ length: 40 }, (_, i) => ({ subject: `row ${i}` })));
      await sql(`UPDATE "Conversations" SET "subject" = 'raw'`);
      let isWriting = true;
      const write = async () => {
        for (let i = 0; isWriting; i++) {
          const [row] = await Conversation.findAll({ where: { id: 1 + ((i * 7) % 40) } });
          await row?.update({ subject: `write ${i}` });
        }
      };
      const writing = write();
      await hub.reconcile(Conversation, { batchSize: 10 });
      isWriting = false;
      await writing;
      expect(await hub.reconcile(Conversation)).to.deep.equal({ checked: 40, ...NOTHING });
    });
  });

  describe('since an instant', () => {
    const since = () => Date.now() - HOUR_MS;

    it('looks at rows that were updated since', async () => {
      bind();
      await insert(1);
      await insert(2);
      await sql(`UPDATE "Conversations" SET "updatedAt" = now() - interval '2 hours' WHERE "id" = 1`);
      expect(brief(await told({ since: since() }))).to.deep.equal([['conversation.created', 2]]);
    });

    it('takes an older row without events for one whose events are gone', async () => {
      bind();
      await insert(1);
      await sql(`UPDATE "Conversations" SET "createdAt" = now() - interval '2 hours'`);
      expect(brief(await told({ since: since() }))).to.deep.equal([['conversation.updated', 1]]);
    });

    it('looks for what is gone among the subjects of events since', async () => {
      bind();
      await Conversation.bulkCreate([{ subject: 'one' }, { subject: 'two' }]);
      await sql(
        `UPDATE ${tables.prefix}events SET occurred_at = occurred_at - ${2 * HOUR_MS} WHERE subject_id = '1'`,
      );
      await sql('DELETE FROM "Conversations"');
      expect(brief(await told({ since: since() }))).to.deep.equal([['conversation.destroyed', 2]]);
    });
  });

  describe('is refused', () => {
    const refused = (options: ReconcileOptions, model: object = Conversation) =>
      expectError('OPTION_INVALID', () => hub.reconcile(model, options));

    it('for a model that is not bound', async () => {
      await refused({}, connection.sequelize.define('Stranger', {}));
    });
    it('for a model without a key', async () => {
      const Keyless = connection.sequelize.define('Keyless', { text: DataTypes.STRING });
      Keyless.removeAttribute('id');
      bindModel(Keyless, hub, { created: 'keyless.created' });
      expect((await refused({}, Keyless)).message).to.include('primary key');
    });
    it('since an instant, for a model that keeps no times', async () => {
      const Timeless = connection.sequelize.define('Timeless', {}, { timestamps: false });
      bindModel(Timeless, hub, { created: 'timeless.created' });
      expect((await refused({ since: 0 }, Timeless)).details).to.include({ option: 'since' });
    });
    it('for what is no instant, and no size', async () => {
      bind();
      await refused({ since: 1.5 });
      for (const batchSize of [0, 0.5, 1_000_000]) await refused({ batchSize });
    });
    it('for a hub whose store is elsewhere', async () => {
      const other = createHub({ store: memoryStore(), logger: new RecordingLogger() });
      bindModel(Conversation, other, { created: 'conversation.created' });
      const error = await expectError('OPTION_INVALID', () => other.reconcile(Conversation));
      expect(error.message).to.include('store');
      await other.close();
    });
  });
});
