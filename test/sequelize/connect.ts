import type { Store } from '@hookline/core';
import { migrate, sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { type Options, Sequelize } from 'sequelize';
import { type FreshDatabase, freshDatabase } from '../support/postgres.js';

export interface Connection {
  readonly url: string;
  readonly sequelize: Sequelize;
  /** One more instance on the same database. */
  another(options?: Options): Sequelize;
  close(): Promise<void>;
}

/** An empty database of its own, and Sequelize on it. */
export async function connect(options: Options = {}): Promise<Connection> {
  const database: FreshDatabase = await freshDatabase();
  const instances: Sequelize[] = [];
  const another = (more: Options = {}) => {
    const sequelize = new Sequelize(database.url, { logging: false, ...options, ...more });
    instances.push(sequelize);
    return sequelize;
  };
  const close = async () => {
    await Promise.all(instances.map((sequelize) => sequelize.close()));
    await database.drop();
  };
  return { url: database.url, sequelize: another(), another, close };
}

let count = 0;

/** Tables of their own, beside the others of this database. */
export async function makeTables(sequelize: Sequelize): Promise<TableOptions> {
  count += 1;
  const options = { prefix: `store_${count}_` };
  await migrate(sequelize, options);
  return options;
}

export async function makeStore(sequelize: Sequelize): Promise<Store> {
  return sequelizeStore(sequelize, await makeTables(sequelize));
}
