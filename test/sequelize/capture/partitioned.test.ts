import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { RecordingHub } from '../recording-hub.js';

describe('a partitioned table', () => {
  let connection: Connection;

  before(async () => {
    connection = await connect();
  });
  after(() => connection.close());

  it('tells what was created and what was updated, by upserts as well', async () => {
    const { sequelize } = connection;
    await sequelize.query(
      `CREATE TABLE parts (region text, id int, name text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
      CREATE TABLE parts_eu PARTITION OF parts FOR VALUES IN ('eu')`,
    );
    const key = { region: { type: DataTypes.TEXT, primaryKey: true } };
    const Part = sequelize.define(
      'Part',
      { ...key, id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.TEXT },
      { tableName: 'parts', timestamps: false },
    );
    const hub = new RecordingHub();
    bindModel(Part, hub, { created: 'part.created', updated: 'part.updated' });
    await Part.upsert({ region: 'eu', id: 1, name: 'a' });
    await Part.upsert({ region: 'eu', id: 1, name: 'b' });
    const rows = [1, 2].map((id) => ({ region: 'eu', id, name: 'c' }));
    await Part.bulkCreate(rows, { updateOnDuplicate: ['name'] });
    await Part.bulkCreate([...rows, { region: 'eu', id: 3, name: 'd' }], { ignoreDuplicates: true });
    expect(hub.dispatched.map(({ type, options }) => [type, options.subject?.id])).to.deep.equal([
      ['part.created', 'eu,1'],
      ['part.updated', 'eu,1'],
      ['part.updated', 'eu,1'],
      ['part.created', 'eu,2'],
      ['part.created', 'eu,3'],
    ]);
  });
});
