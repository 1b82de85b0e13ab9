import { expect } from 'chai';
import { QueryTypes } from 'sequelize';
import { Binds } from '../../packages/sequelize/src/binds.js';
import type { Columns, ColumnType } from '../../packages/sequelize/src/columns.js';
import { openDatabase } from '../../packages/sequelize/src/database.js';
import { NOW } from '../contracts/store-records.js';
import { type Connection, connect } from './connect.js';

describe('values on their way to Postgres', () => {
  let connection: Connection;

  before(async () => {
    connection = await connect({ pool: { max: 1 } });
  });
  after(() => connection.close());

  const LISTS: Record<ColumnType, readonly unknown[]> = {
    text: ['', 'a', null, '{"b",\\}', "it's $1 $$", '☃ and 👍', 'x'.repeat(100_000)],
    json: [{ a: ['"', '\\'] }, null, [], 'text'],
    integer: [0, null, -1, 2_147_483_647, -2_147_483_648],
    bigint: [0, null, -1, -4_294_967_297, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, NOW],
    boolean: [true, null, false],
    bytea: [Buffer.from([0, 255, 92, 34]), null, Buffer.alloc(0)],
  };

  /** As `json` is kept as text, and a driver gives a bigint as text. */
  const shown = (type: ColumnType, value: unknown) => {
    if (value === null) return null;
    if (type === 'json') return JSON.stringify(value);
    return type === 'bigint' ? String(value) : value;
  };

  for (const [type, values] of Object.entries(LISTS) as [ColumnType, readonly unknown[]][]) {
    it(`arrive as they are: ${type}`, async () => {
      const binds = new Binds();
      const rows = await openDatabase(connection.sequelize).run(
        `SELECT item."value" FROM unnest(${binds.addAll(type, values)}) WITH ORDINALITY AS item("value", "at") ORDER BY "at"`,
        binds,
      );
      expect(rows.map(({ value }) => value)).to.deep.equal(values.map((value) => shown(type, value)));
    });

    it(`arrive where there are none: ${type}`, async () => {
      const binds = new Binds();
      const sql = `SELECT cardinality(${binds.addAll(type, [])}) AS "count"`;
      expect(await openDatabase(connection.sequelize).run(sql, binds)).to.deep.equal([{ count: 0 }]);
    });
  }

  it('are rounded where the column takes no fraction', async () => {
    const binds = new Binds();
    const sql = `SELECT ${binds.addAll('integer', [1.5])} AS "all", ${binds.add('bigint', 2.4)} AS "one"`;
    expect(await openDatabase(connection.sequelize).run(sql, binds)).to.deep.equal([{ all: [2], one: '2' }]);
  });

  interface Item {
    readonly id: string;
    readonly name: string | null;
    readonly count: number;
  }
  const COLUMNS: Columns<Item> = { id: 'text', name: 'text', count: 'integer' };

  const readBack = async (items: readonly Item[]) => {
    const binds = new Binds();
    const sql = `SELECT item.* FROM ${binds.addRows(COLUMNS, items, 'item')} ORDER BY item."id", "count"`;
    return { binds, rows: await openDatabase(connection.sequelize).run(sql, binds) };
  };

  it('make one row per item', async () => {
    const items = [
      { id: 'a', name: 'x', count: 1 },
      { id: 'b', name: null, count: 2 },
    ];
    expect((await readBack(items)).rows).to.deep.equal(items);
    expect((await readBack(items.slice(0, 1))).rows).to.deep.equal(items.slice(0, 1));
    expect((await readBack([])).rows).to.deep.equal([]);
  });

  it('make as many rows where all items are equal', async () => {
    const items = [1, 2, 3].map(() => ({ id: 'a', name: null, count: 1 }));
    expect((await readBack(items)).rows).to.deep.equal(items);
  });

  it('are sent once where all rows have the same', async () => {
    const items = ['a', 'b', 'c'].map((id) => ({ id, name: 'same', count: 7 }));
    const { binds, rows } = await readBack(items);
    expect(rows).to.deep.equal(items);
    expect(JSON.parse(JSON.stringify(binds.values))).to.deep.equal([['a', 'b', 'c'], 'same', 7]);
  });

  it('are told from one another, null from a value', async () => {
    const items = [null, '', 'a'].map((name, count) => ({ id: String(count), name, count: 0 }));
    expect((await readBack(items)).rows).to.deep.equal(items);
  });

  it('are readable where an app logs the parameters of statements', async () => {
    const logged: string[] = [];
    const talkative = connection.another({ logQueryParameters: true });
    const binds = new Binds();
    const sql = `SELECT ${binds.addAll('text', ['one', 'two'])} AS "list"`;
    await openDatabase(talkative, undefined, (statement) => void logged.push(statement)).run(sql, binds);
    expect(logged).to.have.length(1);
    expect(logged[0]).to.contain('["one","two"]');
  });

  it('are sent as text where the driver is pg-native', async () => {
    const given: unknown[] = [];
    const native = {
      connectionManager: { config: { native: true } },
      getDialect: () => 'postgres',
      transaction: () => Promise.reject(new Error('none')),
      query: async (sql: string, { bind }: { readonly bind: readonly unknown[] }) => {
        given.push(...bind);
        return connection.sequelize.query(sql, { bind: [...bind], type: QueryTypes.SELECT });
      },
    };
    const binds = new Binds();
    const sql = `SELECT ${binds.addAll('text', ['a', null, '"'])} AS "list", ${binds.add('integer', 1)} AS "one"`;
    const rows = await openDatabase(native).run(sql, binds);
    expect(given).to.deep.equal([['a', null, '"'], 1]);
    expect(rows).to.deep.equal([{ list: ['a', null, '"'], one: 1 }]);
  });

  it('refuses what is no whole number, alone or among others, rather than to store another', () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      expect(() => new Binds().add('bigint', wrong)).to.throw(RangeError, 'whole number');
      expect(() => new Binds().addAll('integer', [1, wrong])).to.throw(RangeError, 'whole number');
    }
  });
});
