import { migrate, migrationSql, migrationStatus, migrations, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import type { Sequelize } from 'sequelize';
import { memoryStorage, Umzug } from 'umzug';
import { expectError } from '../support/expect-error.js';
import { type Connection, connect } from './connect.js';

const NAMES = ['001-create-tables'];
const TABLES = [
  'attempts',
  'changes',
  'deliveries',
  'deliveries_open',
  'event_keys',
  'events',
  'identity',
  'migrations',
  'outbox',
  'receipts',
  'rejections',
  'runs',
  'runs_open',
  'snapshots',
  'webhook_health',
  'webhook_turns',
  'webhook_version',
  'webhooks',
];

async function relations(sequelize: Sequelize, kind: 'r' | 'i'): Promise<readonly string[]> {
  const [rows] = await sequelize.query(
    `SELECT CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END || relname AS name
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = '${kind}' AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1`,
  );
  return (rows as { name: string }[]).map(({ name }) => name);
}

describe('migrate', () => {
  let connection: Connection;
  let sequelize: Sequelize;

  beforeEach(async () => {
    connection = await connect({ pool: { max: 1, acquire: 3_000 } });
    sequelize = connection.sequelize;
  });
  afterEach(() => connection.close());

  it('creates the tables, and answers which migrations it applied', async () => {
    expect(await migrate(sequelize)).to.deep.equal(NAMES);
    expect(await relations(sequelize, 'r')).to.deep.equal(TABLES.map((table) => `hookline_${table}`));
    expect(await migrate(sequelize)).to.deep.equal([]);
  });

  it('tells what is applied and when', async () => {
    expect(await migrationStatus(sequelize)).to.deep.equal([{ name: NAMES[0], appliedAt: null }]);
    const before = Date.now();
    await migrate(sequelize);
    const [status] = await migrationStatus(sequelize);
    expect(status?.appliedAt).to.be.within(before - 5_000, Date.now() + 5_000);
  });

  it('applies each migration once when many processes start at the same time', async () => {
    const processes = Array.from({ length: 5 }, () => connection.another());
    const applied = await Promise.all(processes.map((each) => migrate(each, { schema: 'hooks' })));
    expect(applied.flat()).to.deep.equal(NAMES);
  });

  it('keeps a schema and a prefix', async () => {
    await migrate(sequelize, { schema: 'Hooks', prefix: 'x_' });
    expect(await relations(sequelize, 'r')).to.deep.equal(TABLES.map((table) => `Hooks.x_${table}`));
    expect((await relations(sequelize, 'i')).filter((index) => !index.startsWith('Hooks.x_'))).to.deep.equal(
      [],
    );
  });

  it('needs no right to create schemas where the schema is there', async () => {
    await sequelize.query(
      'CREATE SCHEMA hooks; CREATE ROLE hookline_app LOGIN; GRANT ALL ON SCHEMA hooks TO hookline_app',
    );
    try {
      await sequelize.query('SET ROLE hookline_app');
      expect(await migrate(sequelize, { schema: 'hooks' })).to.deep.equal(NAMES);
    } finally {
      await sequelize.query('RESET ROLE; DROP OWNED BY hookline_app; DROP ROLE hookline_app');
    }
  });

  it('leaves nothing of a migration that fails', async () => {
    await sequelize.query('CREATE TABLE hookline_receipts (id integer)');
    const failure = await migrate(sequelize).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error).with.property('message').that.contains('already exists');
    expect(await relations(sequelize, 'r')).to.deep.equal(['hookline_receipts']);
  });

  it('has names that Postgres need not cut off with the longest prefix', async () => {
    const prefix = 'p'.repeat(40);
    await migrate(sequelize, { prefix });
    const names = [...(await relations(sequelize, 'r')), ...(await relations(sequelize, 'i'))];
    expect(names.filter((name) => name.length >= 63)).to.deep.equal([]);
  });

  for (const [option, value] of [
    ['prefix', 'a b'],
    ['prefix', 'p'.repeat(41)],
    ['prefix', 'x"; DROP TABLE users; --'],
    ['schema', '$1'],
    ['schema', ''],
  ] as const) {
    it(`refuses ${option} ${JSON.stringify(value)}`, async () => {
      const error = await expectError('OPTION_INVALID', () => migrate(sequelize, { [option]: value }));
      expect(error.details).to.include({ option });
    });
  }

  describe('migrationSql', () => {
    it('makes the same tables and indices, and counts as applied', async () => {
      for (const sql of migrationSql({ schema: 'printed' }).split(';\n'))
        await sequelize.query(sql || 'SELECT 1');
      await migrate(sequelize, { schema: 'applied' });
      for (const kind of ['r', 'i'] as const) {
        const all = await relations(sequelize, kind);
        const of = (schema: string) =>
          all.filter((name) => name.startsWith(`${schema}.`)).map((name) => name.split('.')[1]);
        expect(of('printed')).to.deep.equal(of('applied')).and.not.be.empty;
      }
      await sequelizeStore(sequelize, { schema: 'printed' }).open();
    });
  });

  describe('migrations, for umzug', () => {
    const umzugOn = (context: unknown, options = {}) =>
      new Umzug({
        migrations: migrations(options),
        context: context as Sequelize,
        storage: memoryStorage(),
        logger: undefined,
      });

    it('go up and down', async () => {
      const umzug = umzugOn(sequelize, { prefix: 'x_' });
      await umzug.up();
      await sequelizeStore(sequelize, { prefix: 'x_' }).open();
      expect(await migrate(sequelize, { prefix: 'x_' })).to.deep.equal([]);
      await umzug.down({ to: 0 });
      expect(await relations(sequelize, 'r')).to.deep.equal(['x_migrations']);
      const [functions] = await sequelize.query(`SELECT proname FROM pg_proc WHERE proname LIKE 'x\\_%'`);
      expect(functions).to.deep.equal([]);
      await expectError('MIGRATION_PENDING', () => sequelizeStore(sequelize, { prefix: 'x_' }).open());
      expect(await migrate(sequelize, { prefix: 'x_' })).to.deep.equal(NAMES);
    });

    it('take a query interface for context, as umzug is mostly given', async () => {
      await umzugOn(sequelize.getQueryInterface()).up();
      await sequelizeStore(sequelize).open();
    });

    it('do nothing where migrate was there before', async () => {
      await migrate(sequelize);
      const done = await umzugOn(sequelize).up();
      expect(done.map(({ name }) => name)).to.deep.equal(['hookline-001-create-tables']);
    });
  });
});
