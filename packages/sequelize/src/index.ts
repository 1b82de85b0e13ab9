export {
  type Migration,
  type MigrationParams,
  migrate,
  migrationSql,
  migrationStatus,
  migrations,
} from './migrate.js';
export type { MigrationStatus } from './migration-status.js';
export type { SequelizeLike, TransactionLike } from './sequelize-like.js';
export { type SequelizeStoreOptions, sequelizeStore } from './sequelize-store.js';
export type { TableOptions } from './tables.js';
