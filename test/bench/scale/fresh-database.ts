import type { Store } from '@hookline/core';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { Sequelize } from 'sequelize';
import type { Database, Servers } from '../servers.ts';

export interface FreshStore {
  readonly store: Store;
  /** One connection of its own: what is set on it stays set. */
  connect(): Sequelize;
}

/** A new database with Hookline's tables, made ready by the caller. Its connections are closed when that is done. */
export async function freshDatabase(
  servers: Servers,
  prepare: (fresh: FreshStore) => Promise<void>,
): Promise<Database> {
  const database = await servers.prepare();
  const connections: Sequelize[] = [];
  const connect = (): Sequelize => {
    const sequelize = new Sequelize(database.url, { logging: false, pool: { max: 1, idle: 3_600_000 } });
    connections.push(sequelize);
    return sequelize;
  };
  try {
    const own = connect();
    await migrate(own);
    const store = sequelizeStore(own);
    await store.open();
    await prepare({ store, connect });
    return database;
  } finally {
    for (const sequelize of connections) await sequelize.close();
  }
}
