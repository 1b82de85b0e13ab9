import { captureMigrations, captureSql, installCapture, migrate, removeCapture } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type ModelStatic, QueryTypes, type Sequelize, Transaction } from 'sequelize';
import { memoryStorage, Umzug } from 'umzug';
import { expectError } from '../../support/expect-error.js';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { waiting } from './pulled-hub.js';

describe('installCapture', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;

  beforeEach(async () => {
    connection = await connect({ pool: { max: 3, acquire: 3_000 } });
    sequelize = connection.sequelize;
    Conversation = await defineConversation(sequelize);
    await migrate(sequelize);
  });
  afterEach(() => connection.close());

  /** Every function and trigger that capture has made, as the database would make them again. */
  const installed = async (): Promise<readonly string[]> => {
    const rows = await sequelize.query<{ definition: string }>(
      `SELECT pg_get_functiondef(oid) || coalesce(obj_description(oid), '') || coalesce(proacl::text, '') AS definition
        FROM pg_proc WHERE proname LIKE '%capture\\_%'
      UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%capture\\_%' ORDER BY 1`,
      { type: QueryTypes.SELECT },
    );
    return rows.map(({ definition }) => definition);
  };
  const run = (sql: string) => sequelize.query(sql);

  it('answers the tables that it installed or changed, and leaves alone what is as it should be', async () => {
    expect(await installCapture(sequelize, [Conversation])).to.deep.equal(['Conversations']);
    const before = await installed();
    expect(before).to.have.length(5);
    const reader = await sequelize.transaction();
    try {
      await sequelize.query('LOCK TABLE "Conversations" IN ACCESS EXCLUSIVE MODE', { transaction: reader });
      expect(await installCapture(sequelize, [Conversation])).to.deep.equal([]);
    } finally {
      await reader.rollback();
    }
    const redact = ['token'] as const;
    expect(await installCapture(sequelize, [{ model: Conversation, redact }])).to.deep.equal([
      'Conversations',
    ]);
    expect(await installed())
      .to.have.length(5)
      .and.not.deep.equal(before);
  });

  it('puts back a trigger that somebody took away', async () => {
    await installCapture(sequelize, [Conversation]);
    const whole = await installed();
    await run('DROP TRIGGER hookline_capture_update ON "Conversations"');
    expect(await installCapture(sequelize, [Conversation])).to.deep.equal(['Conversations']);
    expect(await installed()).to.deep.equal(whole);
  });

  it('installs once when many processes start at the same time, whatever their isolation level', async () => {
    const { REPEATABLE_READ: isolationLevel } = Transaction.ISOLATION_LEVELS;
    const processes = Array.from({ length: 4 }, () => connection.another({ isolationLevel }));
    const changed = await Promise.all(processes.map((each) => installCapture(each, [Conversation])));
    expect(changed.flat()).to.deep.equal(['Conversations']);
    expect(await installed()).to.have.length(5);
  });

  it('leaves nothing behind when it is removed, but what is no event yet', async () => {
    await installCapture(sequelize, [Conversation]);
    await Conversation.create({ subject: 'one' });
    expect(await removeCapture(sequelize, [Conversation])).to.deep.equal(['Conversations']);
    expect(await removeCapture(sequelize, [Conversation])).to.deep.equal([]);
    expect(await installed()).to.deep.equal([]);
    await Conversation.create({ subject: 'two' });
    expect(
      (await waiting(sequelize)).map(({ after }) => (after as { subject: string }).subject),
    ).to.deep.equal(['one']);
  });

  it('removes what is left of a table that was dropped', async () => {
    await installCapture(sequelize, [Conversation]);
    await Conversation.drop();
    expect(await removeCapture(sequelize, [Conversation])).to.deep.equal(['Conversations']);
    expect(await installed()).to.deep.equal([]);
  });

  it('gives up where a transaction holds the table, and leaves it as it was', async () => {
    const writer = await sequelize.transaction();
    try {
      await Conversation.create({ subject: 'one' }, { transaction: writer });
      const error = await expectError('CAPTURE_BLOCKED', () =>
        installCapture(sequelize, [Conversation], { lockTimeoutMs: 50 }),
      );
      expect(error.details).to.deep.equal({ table: 'Conversations', timeoutMs: 50 });
      expect(await installed()).to.deep.equal([]);
    } finally {
      await writer.commit();
    }
    expect(await installCapture(sequelize, [Conversation], { lockTimeoutMs: 50 })).to.have.length(1);
  });

  it('wants our tables first: without them every write to the table would fail', async () => {
    await expectError('MIGRATION_PENDING', () =>
      installCapture(sequelize, [Conversation], { schema: 'nowhere' }),
    );
    await expectError('MIGRATION_PENDING', () =>
      installCapture(sequelize, [Conversation], { prefix: 'other_' }),
    );
    expect(await installed()).to.deep.equal([]);
  });

  it('knows schemas: of the tables, and of ours', async () => {
    await run('CREATE SCHEMA "My Shop"');
    const Order = sequelize.define(
      'Order',
      { total: DataTypes.INTEGER },
      { schema: 'My Shop', timestamps: false },
    );
    await Order.sync();
    const prefix = 'p'.repeat(40);
    await migrate(sequelize, { schema: 'hooks', prefix });
    expect(await installCapture(sequelize, [Order], { schema: 'hooks', prefix })).to.deep.equal([
      'My Shop.Orders',
    ]);
    await Order.create({ total: 1 });
    await Order.truncate();
    const rows = await sequelize.query(`SELECT source FROM hooks."${prefix}changes"`, {
      type: QueryTypes.SELECT,
    });
    expect(rows).to.deep.equal([{ source: 'My Shop.Orders' }, { source: 'My Shop.Orders' }]);
    await removeCapture(sequelize, [Order], { schema: 'hooks', prefix });
    expect(await installed()).to.deep.equal([]);
  });

  it('finds our tables by the search_path, wherever they are in it', async () => {
    await run('CREATE SCHEMA first; CREATE SCHEMA second');
    const other = connection.another({ dialectOptions: { options: '-c search_path=first,second,public' } });
    await migrate(connection.another({ dialectOptions: { options: '-c search_path=second' } }));
    await installCapture(other, [Conversation]);
    await Conversation.create({ subject: 'one' });
    expect(
      await sequelize.query('SELECT source FROM second.hookline_changes', { type: QueryTypes.SELECT }),
    ).to.have.length(1);
    expect(await waiting(sequelize)).to.deep.equal([]);
  });

  const invalid: Record<string, [string, () => Parameters<typeof installCapture>[1], object?]> = {
    'an attribute to redact that the model has not': [
      'redact',
      () => [{ model: Conversation, redact: ['tokne' as 'token'] }],
    ],
    'an account that the model has not': [
      'account',
      () => [{ model: Conversation, account: 'acount' as 'accountId' }],
    ],
    'a cap below one': ['bulkRowCap', () => [{ model: Conversation, bulkRowCap: 0 }]],
    'a key that it does not have': [
      'capture',
      () => [{ model: Conversation, redactt: ['token'] } as { readonly model: typeof Conversation }],
    ],
    'no model': ['model', () => [{} as never]],
    'a model without a primary key': [
      'model',
      () => {
        const Log = sequelize.define('Log', { text: DataTypes.TEXT }, { timestamps: false });
        Log.removeAttribute('id');
        return [Log];
      },
    ],
    'a table with a dot in its name': ['model', () => [sequelize.define('Dotted', {}, { tableName: 'a.b' })]],
    'a lock timeout that would wait for ever': ['lockTimeoutMs', () => [Conversation], { lockTimeoutMs: 0 }],
  };
  for (const [name, [option, models, options]] of Object.entries(invalid)) {
    it(`refuses ${name}`, async () => {
      const error = await expectError('OPTION_INVALID', () => installCapture(sequelize, models(), options));
      expect(error.details).to.include({ option });
    });
  }

  describe('captureMigrations, for umzug', () => {
    const umzug = (redact: readonly 'token'[] = []) =>
      new Umzug({
        migrations: captureMigrations([{ model: Conversation, redact }]),
        context: sequelize.getQueryInterface(),
        storage,
        logger: undefined,
      });
    let storage = memoryStorage();
    beforeEach(() => {
      storage = memoryStorage();
    });

    it('go up and down', async () => {
      const [done] = await umzug().up();
      expect(done?.name).to.match(/^hookline-capture-Conversations-[0-9a-f]{10}$/);
      expect(await installed()).to.have.length(5);
      await umzug().down();
      expect(await installed()).to.deep.equal([]);
    });

    it('are new ones where the settings are others', async () => {
      await umzug().up();
      expect(await umzug().pending()).to.deep.equal([]);
      const before = await installed();
      expect(await umzug(['token']).up()).to.have.length(1);
      expect(await installed())
        .to.have.length(5)
        .and.not.deep.equal(before);
    });
  });

  describe('captureSql', () => {
    it('makes and removes the very same', async () => {
      const captured = { model: Conversation, redact: ['token'], account: 'accountId' } as const;
      const { up, down } = captureSql([captured]);
      await run(up);
      const bySql = await installed();
      expect(await installCapture(sequelize, [captured])).to.deep.equal([]);
      await run(down);
      expect(await installed()).to.deep.equal([]);
      await installCapture(sequelize, [captured]);
      expect(await installed()).to.deep.equal(bySql);
    });

    it('reads as one transaction for each table', () => {
      const { up, down } = captureSql([Conversation], { schema: 'hooks' });
      const head = (sql: string) => sql.split('\n').slice(0, 3);
      expect(head(up)).to.deep.equal([
        '-- Hookline: capture of Conversations',
        'BEGIN;',
        'LOCK TABLE "Conversations" IN SHARE ROW EXCLUSIVE MODE;',
      ]);
      expect(up)
        .to.contain('CREATE OR REPLACE FUNCTION "hooks"."hookline_capture_')
        .and.to.match(/COMMIT;\n$/);
      expect(down.split('\n').slice(3)).to.deep.equal([
        ...['insert', 'update', 'delete', 'truncate'].map(
          (name) => `DROP TRIGGER "hookline_capture_${name}" ON "Conversations";`,
        ),
        ...['DROP FUNCTION "hooks"."hookline_capture_1d432f5869"();', 'COMMIT;', ''],
      ]);
    });
  });
});
