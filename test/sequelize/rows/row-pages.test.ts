import { expect } from 'chai';
import { DataTypes, type Model, type ModelStatic } from 'sequelize';
import { readRowPage } from '../../../packages/sequelize/src/rows/row-pages.js';
import { type Connection, connect } from '../connect.js';

describe('pages of rows', () => {
  let connection: Connection;

  before(async () => {
    connection = await connect();
  });
  after(() => connection.close());

  let count = 0;
  async function define(attributes: object, options: object = {}): Promise<ModelStatic<Model>> {
    const model = connection.sequelize.define(`Row${++count}`, attributes as never, {
      timestamps: false,
      ...options,
    });
    await model.sync();
    return model;
  }

  async function pagesOf(model: ModelStatic<Model>, limit: number): Promise<readonly (readonly Model[])[]> {
    const pages: (readonly Model[])[] = [];
    for (let after: string | null = null; ; ) {
      const { rows, next } = await readRowPage(model, { after, limit, where: {}, transaction: null });
      pages.push(rows);
      if (next === null || pages.length > 100) return pages;
      after = next;
    }
  }

  it('come by the key, each row once', async () => {
    const model = await define({ id: { type: DataTypes.INTEGER, primaryKey: true } });
    await model.bulkCreate([10, 9, 100, 1, 2].map((id) => ({ id })));
    const pages = await pagesOf(model, 2);
    expect(pages.map((rows) => rows.map((row) => row.get('id')))).to.deep.equal([[1, 2], [9, 10], [100]]);
  });

  it('come by all parts of a key, under the names of their columns', async () => {
    const model = await define({
      list: { type: DataTypes.STRING, primaryKey: true, field: 'list_name' },
      place: { type: DataTypes.BIGINT, primaryKey: true },
    });
    const keys = ['a', 'b'].flatMap((list) => [1, 2, 10].map((place) => ({ list, place })));
    await model.bulkCreate(keys);
    const rows = (await pagesOf(model, 1)).flat();
    expect(rows.map((row) => row.get())).to.deep.equal(
      keys.map(({ list, place }) => ({ list, place: String(place) })),
    );
  });

  it('come by dates to the microsecond', async () => {
    const model = await define({ at: { type: DataTypes.DATE, primaryKey: true } });
    const values = ['001', '002', '003'].map((micros) => `('2026-01-01T00:00:00.000${micros}Z')`);
    await connection.sequelize.query(`INSERT INTO "${model.tableName}" VALUES ${values.join(', ')}`);
    expect((await pagesOf(model, 1)).flat()).to.have.length(3);
  });

  it('come by texts with all that SQL and Sequelize read something into', async () => {
    const model = await define({ name: { type: DataTypes.TEXT, primaryKey: true } });
    const names = ["it's", '$1', '$name', ':name', '?', 'back\\slash', '☃', '"x"', '', '\\x41', 'a\nb'];
    await model.bulkCreate(names.map((name) => ({ name })));
    const read = (await pagesOf(model, 1)).flat().map((row) => row.get('name'));
    expect(read).to.have.members(names);
  });

  it('have rows that know nothing of how they were read', async () => {
    const model = await define({ id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.STRING });
    await model.create({ id: 1, name: 'Ada' });
    const [row] = (await pagesOf(model, 5)).flat();
    expect(row?.get()).to.deep.equal({ id: 1, name: 'Ada' });
    expect(row?.changed()).to.equal(false);
    await row?.reload();
    expect(row?.get('name')).to.equal('Ada');
  });

  it('have living rows alone, whatever the scopes of the model', async () => {
    const attributes = { id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.STRING };
    const options = { timestamps: true, paranoid: true, defaultScope: { where: { name: 'Ada' } } };
    const model = await define(attributes, options);
    await model.bulkCreate([1, 2, 3].map((id) => ({ id, name: `n${id}` })));
    await model.unscoped().destroy({ where: { id: 2 } });
    const rows = (await pagesOf(model, 10)).flat();
    expect(rows.map((row) => row.get('id'))).to.deep.equal([1, 3]);
  });
});
