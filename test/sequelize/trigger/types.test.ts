import { bindModel, installCapture, removeCapture } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, Model, QueryTypes, type Sequelize } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { type PulledHub, pulledHub } from './pulled-hub.js';

const TYPES = { created: 'row.created', updated: 'row.updated', destroyed: 'row.destroyed' } as const;

class Everything extends Model {}

const ATTRIBUTES = {
  id: { type: DataTypes.BIGINT, primaryKey: true },
  small: DataTypes.SMALLINT,
  whole: DataTypes.INTEGER,
  big: DataTypes.BIGINT,
  exact: DataTypes.DECIMAL(30, 10),
  real: DataTypes.REAL,
  double: { type: DataTypes.DOUBLE, field: 'double_value' },
  text: DataTypes.TEXT,
  short: DataTypes.STRING(20),
  fixed: DataTypes.CHAR(8),
  anyCase: { type: DataTypes.CITEXT, field: 'any_case' },
  flag: DataTypes.BOOLEAN,
  at: DataTypes.DATE,
  exactlyAt: { type: DataTypes.DATE(6), field: 'exactly_at' },
  day: DataTypes.DATEONLY,
  time: DataTypes.TIME,
  bytes: DataTypes.BLOB,
  uuid: DataTypes.UUID,
  mood: DataTypes.ENUM('glad', 'so so', "it's"),
  json: DataTypes.JSON,
  jsonb: DataTypes.JSONB,
  texts: DataTypes.ARRAY(DataTypes.TEXT),
  wholes: DataTypes.ARRAY(DataTypes.INTEGER),
  grid: DataTypes.ARRAY(DataTypes.ARRAY(DataTypes.INTEGER)),
  moods: DataTypes.ARRAY(DataTypes.ENUM('on', 'off')),
  documents: DataTypes.ARRAY(DataTypes.JSONB),
  span: DataTypes.RANGE(DataTypes.INTEGER),
  days: DataTypes.RANGE(DataTypes.DATEONLY),
  spell: DataTypes.RANGE(DataTypes.DATE),
  address: DataTypes.INET,
  network: DataTypes.CIDR,
  mac: DataTypes.MACADDR,
  words: DataTypes.TSVECTOR,
  shout: {
    type: DataTypes.VIRTUAL,
    get(this: Model) {
      return `${this.getDataValue('text' as never)}!`;
    },
  },
  decorated: {
    type: DataTypes.TEXT,
    get(this: Model) {
      return `<${this.getDataValue('decorated' as never)}>`;
    },
  },
};

/** As SQL writes them, so that no ORM is in between. */
const VALUES: Readonly<Record<string, readonly [one: string, other: string]>> = {
  small: ['-32768', '7'],
  whole: ['2147483647', '-1'],
  big: ['9223372036854775807', '-9223372036854775808'],
  exact: ['12345678901234567890.0123456789', '0.1'],
  real: ['1.1', '3.4028235e38'],
  double_value: ['0.1', '1.7976931348623157e308'],
  text: [`E'a "quoted" text, with \\\\ and \\n and ☃ and 😀'`, `''`],
  short: [`'short'`, `'NULL'`],
  fixed: [`'ab'`, `'abcdefgh'`],
  any_case: [`'MiXed'`, `'mixed'`],
  flag: ['true', 'false'],
  at: [`'2026-03-29T01:30:00.123Z'`, `'1883-11-18T12:00:00Z'`],
  exactly_at: [`'2026-03-29T01:30:00.123456Z'`, `'1969-12-31T23:59:59.999999Z'`],
  day: [`'2024-02-29'`, `'0099-01-01'`],
  time: [`'23:59:59.5'`, `'00:00'`],
  bytes: [`'\\x00ff10'`, `''`],
  uuid: [`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`, `'00000000-0000-0000-0000-000000000000'`],
  mood: [`'so so'`, `'it''s'`],
  json: [`'{"a": [1, {"b": null}]}'`, `'"text"'`],
  jsonb: [`'{"a": [1.50, {"b": "☃"}], "big": 12345678901234567890}'`, `'[]'`],
  texts: [`ARRAY['a,b', 'with "quotes"', NULL, 'NULL', '{}']`, `'{}'`],
  wholes: ['ARRAY[1, NULL, 3]', 'ARRAY[0]'],
  grid: ['ARRAY[[1, 2], [3, 4]]', 'ARRAY[[9]]'],
  moods: [`'{on,off}'`, `'{}'`],
  documents: [`ARRAY['{"a": 1}', '[]']::jsonb[]`, `ARRAY['{}']::jsonb[]`],
  span: [`'[1,5)'`, `'empty'`],
  days: [`'[2026-01-01,2026-02-01)'`, `'(,2026-01-01)'`],
  spell: [`'[2026-01-01T00:00Z,2026-02-01T00:00Z)'`, `'[2026-01-01T00:00Z,)'`],
  address: [`'192.168.0.1/24'`, `'::1'`],
  network: [`'10.0.0.0/8'`, `'2001:db8::/32'`],
  mac: [`'08:00:2b:01:02:03'`, `'00:00:00:00:00:00'`],
  words: [`'a fat cat'`, `'rat'`],
  decorated: [`'one'`, `'two'`],
};

describe('capture by trigger, of every type', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let world: PulledHub;

  beforeEach(async () => {
    connection = await connect({ pool: { max: 2, acquire: 3_000 } });
    sequelize = connection.sequelize;
    await sequelize.query('CREATE EXTENSION citext');
    Everything.init(ATTRIBUTES, { sequelize, tableName: 'every_thing', timestamps: false });
    await Everything.sync();
    world = await pulledHub(sequelize);
  });
  afterEach(async () => {
    await world.close();
    await connection.close();
  });

  /** What the model itself reads of the row, before and after each statement, and what events say of it. */
  const run = async (statements: readonly string[]) => {
    const read: unknown[] = [];
    for (const statement of statements) {
      const before = await Everything.findByPk('1');
      await sequelize.query(statement);
      const after = await Everything.findByPk('1');
      read.push(JSON.parse(JSON.stringify((after ?? before)?.get())));
    }
    await world.pull();
    return { read, events: await world.events() };
  };
  const columns = Object.keys(VALUES);
  const side = (index: 0 | 1) => columns.map((column) => VALUES[column]?.[index]);
  const INSERT = `INSERT INTO every_thing (id, ${columns.join(', ')}) VALUES (1, ${side(0).join(', ')})`;
  const UPDATE = `UPDATE every_thing SET ${columns.map((column) => `${column} = ${VALUES[column]?.[1]}`).join(', ')}`;

  it('makes of a row what the model reads from the table', async () => {
    bindModel(Everything, world.hub, { ...TYPES, capture: 'trigger' });
    await installCapture(sequelize, [Everything]);
    const { read, events } = await run([INSERT, UPDATE, 'DELETE FROM every_thing']);
    expect(events.map(({ type }) => type)).to.deep.equal(['row.created', 'row.updated', 'row.destroyed']);
    const rows = events.map(({ data }) => (data as { everything: unknown }).everything);
    expect(rows).to.deep.equal(read);
  });

  it('makes of values in places nobody goes to what the model reads, too', async () => {
    bindModel(Everything, world.hub, { ...TYPES, capture: 'trigger' });
    await installCapture(sequelize, [Everything]);
    const { read, events } = await run([
      'INSERT INTO every_thing (id) VALUES (1)',
      `UPDATE every_thing SET double_value = 'NaN', real = '-Infinity', exact = 'NaN'`,
      `UPDATE every_thing SET exact = 0.0000000001, double_value = 5e-324, real = -0.0, at = 'infinity'`,
    ]);
    expect(events.map(({ data }) => (data as { everything: unknown }).everything)).to.deep.equal(read);
  });

  it('makes the same events as hooks do, byte by byte', async () => {
    const write = async () => {
      const values = await Everything.findOne({ where: { id: 1 } }).then((row) =>
        row?.get({ plain: true, raw: true } as never),
      );
      await sequelize.query('DELETE FROM every_thing');
      return values as object;
    };
    await sequelize.query(INSERT);
    const one = await write();
    await sequelize.query(`${INSERT}; ${UPDATE}`);
    const other = await write();
    const writeAll = async () => {
      const row = await Everything.create(one as never);
      await row.update(other);
      await row.destroy();
      await world.pull();
      const events = (await world.store.events.list({ limit: 3 })).toReversed();
      return events.map(({ payload }) => payload.replace(/"timestamp":"[^"]*"/, ''));
    };
    bindModel(Everything, world.hub, TYPES);
    const byHooks = await writeAll();
    bindModel(Everything, world.hub, { ...TYPES, capture: 'trigger' });
    await installCapture(sequelize, [Everything]);
    const byTrigger = await writeAll();
    expect(byTrigger).to.deep.equal(byHooks);
    await removeCapture(sequelize, [Everything]);
  });

  it('writes a type down as text that has another JSON than it reads', async () => {
    await sequelize.query(
      'CREATE EXTENSION hstore; CREATE TABLE pairs (id integer PRIMARY KEY, pairs hstore)',
    );
    const id = { type: DataTypes.INTEGER, primaryKey: true };
    const Pairs = sequelize.define(
      'Pairs',
      { id, pairs: 'HSTORE' },
      { tableName: 'pairs', timestamps: false },
    );
    await installCapture(sequelize, [Pairs]);
    await sequelize.query(`INSERT INTO pairs VALUES (1, '"a"=>"1", "b"=>NULL')`);
    const [row] = await sequelize.query(
      'SELECT (jsonb_populate_record(NULL::pairs, after)).pairs::text AS pairs FROM hookline_changes',
      { type: QueryTypes.SELECT },
    );
    expect(row).to.deep.equal({ pairs: '"a"=>"1", "b"=>NULL' });
  });
});
