import { Binds } from './binds.js';
import { openDatabase, type Run } from './database.js';
import type { SequelizeLike } from './sequelize-like.js';
import { checkSequelize } from './sequelize-store.js';
import type { Tables } from './tables.js';

/**
 * Changes the schema in a transaction, and one process after the other: the lock ends with it. Throws
 * DIALECT_UNSUPPORTED, OPTION_INVALID, and what the database throws.
 */
export async function takeTurn<Result>(
  sequelize: SequelizeLike,
  tables: Tables,
  work: (run: Run, transaction: unknown) => Promise<Result>,
): Promise<Result> {
  checkSequelize(sequelize);
  const database = openDatabase(sequelize, tables);
  const transaction = await sequelize.transaction();
  const run: Run = (sql, binds) => database.run(sql, binds, transaction);
  // what others did before this turn is to be seen, whatever level the app chose for its own
  const result = await run('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
    .then(() => lock(run, tables))
    .then(() => work(run, transaction))
    .catch(async (error) => {
      await transaction.rollback().catch(() => {});
      throw error;
    });
  await transaction.commit();
  return result;
}

async function lock(run: Run, { migrations }: Tables): Promise<void> {
  const binds = new Binds();
  await run(`SELECT pg_advisory_xact_lock(hashtextextended(${binds.add('text', migrations)}, 0))`, binds);
}
