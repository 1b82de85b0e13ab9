import { type Model, type ModelStatic, type Sequelize, Transaction } from 'sequelize';
import { sqlStateOf } from './sql-state.js';

const MAX_REPEATS = 20;
/** https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html */
const SERIALIZATION_FAILURE = '40001';

/** In a transaction that sees one instant; again where what it wants to hold was changed since. */
export async function atOneInstant<Result>(
  model: ModelStatic<Model>,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const isolationLevel = Transaction.ISOLATION_LEVELS.REPEATABLE_READ;
  for (let repeats = 0; ; repeats++) {
    try {
      return await (model.sequelize as Sequelize).transaction({ isolationLevel }, work);
    } catch (error) {
      if (!isOvertaken(error) || repeats === MAX_REPEATS) throw error;
    }
  }
}

/** The transaction is lost then. */
export function isOvertaken(error: unknown): boolean {
  return sqlStateOf(error) === SERIALIZATION_FAILURE;
}
