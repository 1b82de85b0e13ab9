export { bindModel } from './binding/bind-model.js';
export { type ChangeCondition, type ChangedOptions, changed } from './binding/changes.js';
export type { BulkSummary, DataContext, ModelBinding, ModelHub } from './binding/model-binding.js';
export {
  type Migration,
  type MigrationParams,
  migrate,
  migrationSql,
  migrationStatus,
  migrations,
} from './migrate.js';
export type { MigrationStatus } from './migration-status.js';
export type { SequelizeLike } from './sequelize-like.js';
export { type SequelizeStoreOptions, sequelizeStore } from './sequelize-store.js';
export type { TableOptions } from './tables.js';
export { type CaptureSql, captureSql } from './trigger/capture-sql.js';
export type { Capturable, CapturedModel } from './trigger/captured-table.js';
export {
  type CaptureOptions,
  captureMigrations,
  installCapture,
  removeCapture,
} from './trigger/install-capture.js';
export { shareContext } from './trigger/share-context.js';
