import { HooklineError, isHooklineError, type Store } from '@hookline/core';
import { afterCommit } from './after-commit.js';
import { ownAmbientTransaction } from './ambient-transaction.js';
import { type Logging, openDatabase } from './database.js';
import { pendingOf, readStatus } from './migration-status.js';
import { isSequelize, type SequelizeLike } from './sequelize-like.js';
import { SequelizeDeliveries } from './store/sequelize-deliveries.js';
import { SequelizeEvents } from './store/sequelize-events.js';
import { SequelizeHealth } from './store/sequelize-health.js';
import { SequelizeQuarantine } from './store/sequelize-quarantine.js';
import { SequelizeReceipts } from './store/sequelize-receipts.js';
import { pruneRows } from './store/sequelize-retention.js';
import { SequelizeRuns } from './store/sequelize-runs.js';
import { SequelizeSnapshots } from './store/sequelize-snapshots.js';
import { SequelizeWebhooks } from './store/sequelize-webhooks.js';
import { type TableOptions, tablesOf } from './tables.js';
import { markTables } from './trigger/store-tables.js';
import { sequelizeWakeUps } from './wake-ups.js';

export interface SequelizeStoreOptions extends TableOptions {
  /** Sequelize's `logging` for the store's own statements. Default false: it asks for due work every second. */
  readonly logging?: Logging;
  /**
   * Whether a process that relays or works is woken by the others through Postgres (LISTEN and NOTIFY). It keeps one
   * connection for that beside the pool, made with the same settings, from `hub.start` to `hub.close`; it shows as
   * `hookline wake-ups` in `pg_stat_activity`. Default true.
   *
   * False where connections go through PgBouncer in transaction or statement mode, which passes no notices on: the
   * process then finds new work when it looks for it, by default every second. It wakes others all the same.
   */
  readonly listen?: boolean;
}

/**
 * A store in the app's own Postgres, through its own Sequelize 6 instance: its pool, its transactions. What is
 * dispatched with `{ transaction }`, or inside a transaction that this instance keeps in Sequelize's CLS, is
 * written on that transaction's connection and no other.
 *
 * The tables come from `migrate(sequelize)` or `npx hookline migrate up`; the hub checks that they are there.
 * The instance stays the app's: the store never closes it.
 *
 * Throws DIALECT_UNSUPPORTED, OPTION_INVALID.
 *
 * @example
 * const hub = createHub({ events, store: sequelizeStore(sequelize) });
 */
export function sequelizeStore(sequelize: SequelizeLike, options: SequelizeStoreOptions = {}): Store {
  checkSequelize(sequelize);
  const tables = tablesOf(options);
  const database = openDatabase(sequelize, tables, options.logging);
  const store: Store = {
    name: 'sequelize',
    durable: true,
    events: new SequelizeEvents(database),
    webhooks: new SequelizeWebhooks(database),
    deliveries: new SequelizeDeliveries(database),
    runs: new SequelizeRuns(database),
    receipts: new SequelizeReceipts(database),
    snapshots: new SequelizeSnapshots(database),
    health: new SequelizeHealth(database),
    quarantine: new SequelizeQuarantine(database),
    open: async () => {
      const pending = pendingOf(await readStatus(database).catch(unavailable));
      if (pending.length > 0) throw new HooklineError('MIGRATION_PENDING', { pending: pending.join(', ') });
    },
    afterCommit,
    wakeUps: sequelizeWakeUps(sequelize, database, options.listen ?? true),
    prune: (request) => pruneRows(database, request),
    ambientTransaction: () => ownAmbientTransaction(sequelize),
  };
  return markTables(store, tables);
}

/** Throws DIALECT_UNSUPPORTED, OPTION_INVALID. */
export function checkSequelize(sequelize: unknown): asserts sequelize is SequelizeLike {
  if (!isSequelize(sequelize)) {
    const expected = 'a Sequelize 6 instance';
    throw new HooklineError('OPTION_INVALID', { option: 'sequelize', expected, got: typeof sequelize });
  }
  const dialect = sequelize.getDialect();
  if (dialect !== 'postgres') throw new HooklineError('DIALECT_UNSUPPORTED', { dialect });
}

function unavailable(cause: unknown): never {
  if (isHooklineError(cause)) throw cause;
  throw new HooklineError('STORE_UNAVAILABLE', { store: 'sequelize' }, cause);
}
