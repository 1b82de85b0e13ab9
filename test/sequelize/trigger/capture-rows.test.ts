import { bindModel, changed, installCapture } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, Model, type ModelStatic, QueryTypes, type Sequelize, Transaction } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { type PulledHub, pulledHub, waiting } from './pulled-hub.js';

const TYPES = { created: 'row.created', updated: 'row.updated', destroyed: 'row.destroyed' } as const;

describe('capture by trigger', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;
  let world: PulledHub;
  let unbind: () => void;

  beforeEach(async () => {
    connection = await connect({ pool: { max: 2, acquire: 3_000 } });
    sequelize = connection.sequelize;
    Conversation = await defineConversation(sequelize);
    world = await pulledHub(sequelize);
    unbind = bindModel(Conversation, world.hub, { ...TYPES, account: 'accountId', capture: 'trigger' });
    await installCapture(sequelize, [{ model: Conversation, account: 'accountId' }]);
  });
  afterEach(async () => {
    await world.close();
    await connection.close();
  });

  const sql = (text: string, options = {}) => sequelize.query(text, options);
  const row = (subject: string) => `('${subject}', 42, 'open', now(), now())`;
  const insert = (...subjects: readonly string[]) =>
    sql(
      `INSERT INTO "Conversations" (subject, "accountId", status, "createdAt", "updatedAt")
      VALUES ${subjects.map(row).join(', ')}`,
    );
  /** Type, key and changed attributes of every event. */
  const happened = async () => {
    await world.pull();
    return (await world.events()).map(({ type, subject, changes }) =>
      [type.split('.')[1], subject?.type, subject?.id, ...Object.keys(changes ?? {})]
        .filter((word) => word !== 'Conversation')
        .join(' '),
    );
  };

  it('sees raw SQL, with the rows before and after', async () => {
    await insert('one', 'two');
    await sql(`UPDATE "Conversations" SET status = 'closed' WHERE id = 1`);
    await sql('DELETE FROM "Conversations" WHERE id = 2');
    expect(await happened()).to.deep.equal(['created 1', 'created 2', 'updated 1 status', 'destroyed 2']);
    const [, , updated, destroyed] = await world.events();
    expect(updated?.changes).to.deep.equal({ status: { previous: 'open', current: 'closed' } });
    expect(updated?.accountId).to.equal(42);
    expect(destroyed?.data).to.have.nested.property('conversation.subject', 'two');
    expect(await waiting(sequelize)).to.deep.equal([]);
  });

  it('sees what the model writes, once, with hooks or without', async () => {
    const conversation = await Conversation.create({ subject: 'one' });
    await conversation.update({ status: 'closed' }, { hooks: false });
    await Conversation.increment('accountId', { where: { id: 1 } });
    await Conversation.bulkCreate([{ subject: 'two' }, { subject: 'three' }]);
    await Conversation.upsert({ id: 2, subject: 'again' });
    await Conversation.destroy({ where: { id: 3 } });
    expect(await happened()).to.deep.equal([
      ...['created 1', 'updated 1 status', 'updated 1 accountId', 'created 2', 'created 3'],
      ...['updated 2 subject', 'destroyed 3'],
    ]);
  });

  it('tells apart what ON CONFLICT inserts and updates', async () => {
    await insert('one');
    await sql(
      `INSERT INTO "Conversations" (id, subject, "createdAt", "updatedAt") VALUES (1, 'new', now(), now()), (9, 'nine', now(), now())
      ON CONFLICT (id) DO UPDATE SET subject = excluded.subject`,
    );
    expect((await happened()).toSorted()).to.deep.equal(['created 1', 'created 9', 'updated 1 subject']);
  });

  it('sees MERGE', async function () {
    const [{ version }] = (await sequelize.query('SHOW server_version_num', {
      type: QueryTypes.SELECT,
    })) as unknown as readonly [{ readonly version: string }];
    if (Number(version) < 150_000) this.skip();
    await insert('one', 'two');
    await sql(
      `MERGE INTO "Conversations" AS target USING (VALUES (1, 'new'), (2, NULL), (3, 'three')) AS source (id, subject)
      ON target.id = source.id
      WHEN MATCHED AND source.subject IS NULL THEN DELETE
      WHEN MATCHED THEN UPDATE SET subject = source.subject
      WHEN NOT MATCHED THEN INSERT (id, subject, "createdAt", "updatedAt") VALUES (source.id, source.subject, now(), now())`,
    );
    expect((await happened()).slice(2).toSorted()).to.deep.equal([
      ...['created 3', 'destroyed 2', 'updated 1 subject'],
    ]);
  });

  it('sees COPY, and INSERT from a SELECT', async () => {
    await sql(
      `COPY "Conversations" (subject, "createdAt", "updatedAt") FROM PROGRAM 'printf "a\\t2026-01-01\\t2026-01-01\\n"'`,
    );
    await sql(
      `INSERT INTO "Conversations" (subject, "createdAt", "updatedAt") SELECT 's' || n, now(), now() FROM generate_series(1, 3) AS n`,
    );
    expect(await happened()).to.deep.equal(['created 1', 'created 2', 'created 3', 'created 4']);
  });

  it('sees TRUNCATE, of the table itself or by a foreign key', async () => {
    await sql('CREATE TABLE parents (id integer PRIMARY KEY)');
    await sql('INSERT INTO parents VALUES (42)');
    await sql('ALTER TABLE "Conversations" ADD FOREIGN KEY ("accountId") REFERENCES parents');
    await insert('one', 'two');
    await sql('TRUNCATE "Conversations"');
    await insert('three');
    await sql('TRUNCATE parents CASCADE');
    expect(await happened()).to.deep.equal([
      ...['created 1', 'created 2', 'destroyed 1', 'destroyed 2', 'created 3', 'destroyed 3'],
    ]);
  });

  it('makes a row gone and a row new of a key that changes', async () => {
    await insert('one');
    await sql('UPDATE "Conversations" SET id = id + 10');
    expect(await happened()).to.deep.equal(['created 1', 'destroyed 1', 'created 11']);
  });

  it('records nothing where nothing changed, and makes no event where nothing that means something did', async () => {
    await insert('one');
    await world.pull();
    await sql('UPDATE "Conversations" SET status = status');
    await sql('UPDATE "Conversations" SET status = status WHERE id = 99');
    expect(await waiting(sequelize)).to.deep.equal([]);
    await sql(`UPDATE "Conversations" SET "updatedAt" = now() + interval '1 hour'`);
    expect(await waiting(sequelize)).to.have.length(1);
    expect(await happened()).to.deep.equal(['created 1']);
    expect(await waiting(sequelize)).to.deep.equal([]);
  });

  it('sees what foreign keys do', async () => {
    class Message extends Model {}
    const messageOf = { type: DataTypes.INTEGER, references: { model: 'Conversations', key: 'id' } };
    Message.init(
      {
        parentId: { ...messageOf, onDelete: 'CASCADE' },
        firstId: { ...messageOf, onDelete: 'SET NULL' },
        lastId: { ...messageOf, onDelete: 'SET NULL' },
      },
      { sequelize, modelName: 'Message', timestamps: false },
    );
    await Message.sync();
    bindModel(Message, world.hub, { ...TYPES, capture: 'trigger' });
    await installCapture(sequelize, [Message]);
    await insert('one', 'two');
    await sql(
      `INSERT INTO "Messages" ("parentId", "firstId", "lastId") VALUES (1, 1, 1), (2, 1, 1), (2, 1, NULL)`,
    );
    await world.pull();
    await sql('DELETE FROM "Conversations" WHERE id = 1');
    const events = (await happened()).slice(5);
    expect(events.filter((event) => event.startsWith('destroyed')).toSorted()).to.deep.equal([
      ...['destroyed 1', 'destroyed Message 1'],
    ]);
    const changes = (await world.events()).filter(({ type }) => type === 'row.updated');
    const merged = changes.map(({ subject, changes: diff }) => [subject?.id, diff]);
    expect(merged).to.deep.include.members([
      [2, { firstId: { previous: 1, current: null } }],
      [2, { lastId: { previous: 1, current: null } }],
      [3, { firstId: { previous: 1, current: null } }],
    ]);
  });

  it('makes an event if and only if the transaction commits, and the savepoint with it', async () => {
    await sequelize
      .transaction(async (transaction) => {
        await sql(
          `INSERT INTO "Conversations" (subject, "createdAt", "updatedAt") VALUES ('no', now(), now())`,
          {
            transaction,
          },
        );
        throw new Error('rolled back');
      })
      .catch(() => {});
    await sequelize.transaction(async (transaction) => {
      const within = { transaction };
      await Conversation.create({ subject: 'yes' }, within);
      await sql('SAVEPOINT inner_one', within);
      await sql(`UPDATE "Conversations" SET status = 'no'`, within);
      await sql('ROLLBACK TO SAVEPOINT inner_one', within);
      expect(await world.pull(), 'before the commit').to.equal(0);
    });
    const events = await happened();
    expect(events).to.have.length(1);
    expect(events[0]).to.match(/^created/);
  });

  it('sees whoever writes: with no right on our tables, another search_path, and settings of their own', async () => {
    const other = connection.another({ pool: { max: 1 } });
    await sql(`CREATE ROLE hookline_writer; GRANT INSERT, UPDATE, DELETE, SELECT ON "Conversations" TO hookline_writer;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO hookline_writer`);
    try {
      await other.query(`SET ROLE hookline_writer; SET search_path = pg_temp; SET datestyle = 'SQL, DMY';
        SET extra_float_digits = -10; SET TIME ZONE 'Asia/Kathmandu'`);
      await other.query(
        'CREATE TEMP TABLE hookline_changes (source text, transaction_id bigint, occurred_at bigint, context text, after jsonb)',
      );
      await other.query(
        `INSERT INTO public."Conversations" (subject, "createdAt", "updatedAt") VALUES ('one', '2026-02-01 00:00Z', now())`,
      );
      const denied = await other.query('SELECT FROM public.hookline_changes').catch(({ message }) => message);
      expect(denied).to.contain('permission denied');
    } finally {
      await other.query('RESET ROLE').catch(() => {});
      await other.close();
      await sql('DROP OWNED BY hookline_writer; DROP ROLE hookline_writer');
    }
    expect(await happened()).to.deep.equal(['created 1']);
    const [event] = await world.events();
    expect(event?.data).to.have.nested.property('conversation.createdAt', '2026-02-01T00:00:00.000Z');
  });

  it('lets nobody else make a trigger of its function', async () => {
    await sql('CREATE ROLE hookline_writer; GRANT CREATE ON SCHEMA public TO hookline_writer');
    const [[{ name }]] = (await sequelize.query(
      `SELECT proname AS name FROM pg_proc WHERE proname LIKE 'hookline_capture_%'`,
    )) as unknown as [[{ readonly name: string }]];
    try {
      const refused = await sql(`SET ROLE hookline_writer; CREATE TABLE public.mine (id integer);
        CREATE TRIGGER mine AFTER INSERT ON public.mine REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION "${name}"()`).catch(({ message }) => message);
      expect(refused).to.contain('permission denied');
    } finally {
      await sql('RESET ROLE; DROP OWNED BY hookline_writer; DROP ROLE hookline_writer');
    }
  });

  it('works with columns that are called like its own variables', async () => {
    class Odd extends Model {}
    const column = DataTypes.TEXT;
    const names = [
      'item',
      'image',
      'key',
      'place',
      'happened_at',
      'caller_context',
      'row_total',
      'was',
      "it's",
    ];
    Odd.init(Object.fromEntries(names.map((name) => [name, column])), {
      sequelize,
      modelName: 'Odd',
      tableName: 'odd table',
      timestamps: false,
    });
    await Odd.sync();
    bindModel(Odd, world.hub, { ...TYPES, capture: 'trigger' });
    await installCapture(sequelize, [{ model: Odd, redact: ["it's"] }]);
    await Odd.create(Object.fromEntries(names.map((name) => [name, 'a'])));
    await Odd.update({ image: 'b', "it's": 'b' }, { where: { id: 1 } });
    await Odd.truncate();
    expect(await happened()).to.deep.equal([
      ...['created Odd 1', "updated Odd 1 image it's", 'destroyed Odd 1'],
    ]);
  });

  it('keeps rows of several keys apart', async () => {
    class Member extends Model {}
    const key = { type: DataTypes.INTEGER, primaryKey: true };
    Member.init(
      { roomId: { ...key, field: 'room_id' }, userId: { ...key, field: 'user_id' }, rank: DataTypes.INTEGER },
      {
        sequelize,
        modelName: 'Member',
        timestamps: false,
      },
    );
    await Member.sync();
    bindModel(Member, world.hub, { ...TYPES, capture: 'trigger' });
    await installCapture(sequelize, [Member]);
    await sql('INSERT INTO "Members" VALUES (1, 1, 0), (1, 2, 0), (2, 1, 0)');
    await sql('UPDATE "Members" SET rank = room_id * 10 + user_id');
    expect((await happened()).slice(3)).to.deep.equal([
      ...['updated Member 1,1 rank', 'updated Member 1,2 rank', 'updated Member 2,1 rank'],
    ]);
    const diffs = (await world.events()).slice(3).map(({ changes }) => changes?.rank?.current);
    expect(diffs).to.deep.equal([11, 12, 21]);
  });

  it('never writes down what is redacted, and knows that it changed', async () => {
    unbind();
    bindModel(Conversation, world.hub, {
      ...TYPES,
      redact: ['token'],
      when: { 'row.token_changed': changed('token'), 'row.token_was_x': changed('token', { from: null }) },
      capture: 'trigger',
    });
    await installCapture(sequelize, [{ model: Conversation, redact: ['token'] }]);
    await Conversation.create({ subject: 'one', token: 'secret-1' });
    await sql(`UPDATE "Conversations" SET token = 'secret-2'`);
    await sql(`UPDATE "Conversations" SET token = 'secret-3', status = 'closed'`);
    await sql(`UPDATE "Conversations" SET status = 'open'`);
    await sql('DELETE FROM "Conversations"');
    expect(JSON.stringify(await waiting(sequelize))).to.not.contain('secret');
    expect(await happened()).to.deep.equal([
      'created 1',
      'token_changed 1',
      ...['updated 1 status', 'token_changed 1 status'],
      ...['updated 1 status', 'destroyed 1'],
    ]);
    expect(JSON.stringify(await world.events())).to.not.contain('secret');
  });

  it('tells of one that is marked as deleted, and of one that comes back, as of a paranoid row', async () => {
    class Note extends Model {}
    Note.init({ text: DataTypes.TEXT }, { sequelize, modelName: 'Note', paranoid: true });
    await Note.sync();
    bindModel(Note, world.hub, { ...TYPES, restored: 'row.restored', capture: 'trigger' });
    await installCapture(sequelize, [Note]);
    const note = await Note.create({ text: 'one' });
    await note.destroy();
    await sql('UPDATE "Notes" SET "deletedAt" = NULL');
    await note.destroy();
    await note.destroy({ force: true });
    expect(await happened()).to.deep.equal([
      ...['created Note 1', 'destroyed Note 1', 'restored Note 1', 'destroyed Note 1'],
    ]);
  });

  it('sees writers of any isolation level', async () => {
    for (const isolationLevel of [
      Transaction.ISOLATION_LEVELS.REPEATABLE_READ,
      Transaction.ISOLATION_LEVELS.SERIALIZABLE,
    ]) {
      await sequelize.transaction({ isolationLevel }, (transaction) =>
        Conversation.create({ subject: 'one' }, { transaction }),
      );
    }
    expect(await happened()).to.deep.equal(['created 1', 'created 2']);
  });
});
