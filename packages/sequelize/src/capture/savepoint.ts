import type { Sequelize, Transaction } from 'sequelize';

const NAME = '"hookline_capture"';

/**
 * Does work that may fail without taking the transaction with it: then what it did is undone, and its error is the
 * answer; otherwise null is. By SQL of our own, for a nested transaction of Sequelize would be the one in its CLS. One
 * at a time on a connection. Throws where the transaction itself is lost.
 */
export async function behindSavepoint(
  transaction: Transaction,
  work: () => Promise<void>,
): Promise<{ readonly error: unknown } | null> {
  await run(transaction, `SAVEPOINT ${NAME}`);
  try {
    await work();
  } catch (error) {
    await run(transaction, `ROLLBACK TO SAVEPOINT ${NAME}; RELEASE SAVEPOINT ${NAME}`);
    return { error };
  }
  await run(transaction, `RELEASE SAVEPOINT ${NAME}`);
  return null;
}

/**
 * Sees to it that the transaction cannot commit, as after any statement that failed: whoever catches the error and goes
 * on would keep a write without its event. A savepoint around the write undoes it.
 */
export async function spoil(transaction: Transaction): Promise<void> {
  const sql = `DO $$ BEGIN RAISE EXCEPTION 'an event of this transaction could not be made'; END $$`;
  // it fails, and that is what it is for
  await run(transaction, sql).catch(() => {});
}

/** What a transaction has besides what its types say. */
interface WithSequelize {
  readonly sequelize: Sequelize;
}

async function run(transaction: Transaction, sql: string): Promise<void> {
  const { sequelize } = transaction as unknown as WithSequelize;
  await sequelize.query(sql, { transaction, logging: false });
}
