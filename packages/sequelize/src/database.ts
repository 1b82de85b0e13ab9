import { HooklineError } from '@hookline/core';
import { isTransaction } from '@hookline/core/adapter';
import { Binds } from './binds.js';
import { BoundArray } from './bound-array.js';
import { type FailureContext, isConnectionFailure } from './connection-failure.js';
import { SCRIPTS } from './migrations/scripts.js';
import { isNative, poolSizeOf, type Row, type SequelizeLike } from './sequelize-like.js';
import { type Tables, tablesOf } from './tables.js';
import { turnsOf } from './turns-of.js';

/** Sequelize's own option: a function that gets each statement, or false. */
export type Logging = boolean | ((sql: string, timingMs?: number) => void);

export type Run = (sql: string, binds?: Binds) => Promise<readonly Row[]>;

export interface Database {
  readonly tables: Tables;
  /** Runs one statement. Without a transaction it has a connection of its own. Throws STORE_UNAVAILABLE, MIGRATION_PENDING. */
  run(sql: string, binds?: Binds, transaction?: unknown): Promise<readonly Row[]>;
  /** A transaction of its own, in which each statement sees what was committed before it began. */
  transact<Result>(work: (run: Run) => Promise<Result>): Promise<Result>;
  /**
   * A transaction that the app writes in, too, READ COMMITTED, in the CLS of Sequelize where that has one. Commits where
   * `work` answers true; rolls back where it answers false or rejects. So many at once as leave connections for others.
   * Answers whether it committed. Throws STORE_UNAVAILABLE: whether it did is not known where `work` had answered true.
   */
  lend(work: (transaction: unknown) => Promise<boolean>): Promise<boolean>;
}

export function openDatabase(
  sequelize: SequelizeLike,
  tables: Tables = tablesOf(),
  logging: Logging = false,
): Database {
  const takeTurn = turnsOf(Math.max(1, Math.floor(poolSizeOf(sequelize) / 2)));
  const ready = isNative(sequelize) ? withoutBinary : (values: readonly unknown[]) => values;
  const query = async (sql: string, { values }: Binds, transaction: unknown) => {
    const options = { type: 'SELECT', bind: ready(values), transaction, logging, ...FIXED };
    return (await sequelize.query(sql, options)) as readonly Row[];
  };
  return {
    tables,
    run: async (sql, binds = new Binds(), transaction = null) => {
      const context = { isAlone: checkTransaction(transaction) === null };
      return query(sql, binds, transaction).catch((error) => explain(error, context));
    },
    transact: (work) =>
      inTransaction(sequelize, (transaction) =>
        work((sql, binds = new Binds()) => query(sql, binds, transaction)),
      ).catch((error) => explain(error, { isAlone: true })),
    lend: (work) => takeTurn(() => lendTransaction(sequelize, logging, work)),
  };
}

class RolledBack extends Error {}

/** What the app did in it may be what fails its COMMIT: only a lost connection is none of its doing. */
async function lendTransaction(
  sequelize: SequelizeLike,
  logging: Logging,
  work: (transaction: unknown) => Promise<boolean>,
): Promise<boolean> {
  try {
    await sequelize.transaction({ isolationLevel: 'READ COMMITTED', logging }, async (transaction) => {
      if (!(await work(transaction))) throw new RolledBack();
    });
    return true;
  } catch (error) {
    if (error instanceof RolledBack) return false;
    return explain(error, { isAlone: false });
  }
}

async function inTransaction<Result>(
  sequelize: SequelizeLike,
  work: (transaction: unknown) => Promise<Result>,
): Promise<Result> {
  const transaction = await sequelize.transaction();
  try {
    // Whatever level the app chose for its own.
    await sequelize.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED', { transaction, logging: false });
    const result = await work(transaction);
    await transaction.commit();
    return result;
  } catch (error) {
    await transaction.rollback().catch(() => {});
    throw error;
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: what is missing may be its schema, too. */
const UNDEFINED_TABLE = '42P01';

/** Inside a transaction this is the first to find out: nobody waits there for the hub to start. */
function explain(error: unknown, context: FailureContext = { isAlone: true }): never {
  if (isConnectionFailure(error, context)) {
    throw new HooklineError('STORE_UNAVAILABLE', { store: 'sequelize' }, error);
  }
  const { original } = error as { readonly original?: { readonly code?: unknown } };
  if (original?.code !== UNDEFINED_TABLE) throw error;
  throw new HooklineError('MIGRATION_PENDING', { pending: SCRIPTS[0]?.name }, error);
}

/** Whatever the app set as defaults of its own queries. `useMaster`: a replica can neither claim nor be behind. */
const FIXED = { useMaster: true, raw: true, plain: false, nest: false } as const;

/** pg-native sends text alone. */
function withoutBinary(values: readonly unknown[]): readonly unknown[] {
  return values.map((value) => (value instanceof BoundArray ? value.toJSON() : value));
}

/** Null rather than undefined: a transaction that Sequelize finds in its CLS is the app's, and not to be joined. */
function checkTransaction(transaction: unknown): unknown {
  if (transaction === null || isTransaction(transaction)) return transaction;
  const expected = 'a Sequelize transaction';
  throw new HooklineError('OPTION_INVALID', { option: 'transaction', expected, got: typeof transaction });
}
