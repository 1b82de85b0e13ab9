import { HooklineError } from '@hookline/core';
import { Binds } from '../binds.js';
import type { Run } from '../database.js';
import { type Migration, sequelizeOf } from '../migrate.js';
import type { SequelizeLike } from '../sequelize-like.js';
import { type TableOptions, type Tables, tablesOf } from '../tables.js';
import { takeTurn } from '../take-turn.js';
import { OPERATIONS, type Operation, triggerName } from './capture-name.js';
import {
  fingerprint,
  functionName,
  installStatements,
  lockForInstall,
  lockForRemoval,
  removeStatements,
} from './capture-sql.js';
import { type Capturable, type CapturedTable, capturedTable } from './captured-table.js';

export interface CaptureOptions extends TableOptions {
  /**
   * How long to wait for a lock on each table, in milliseconds; meanwhile others wait behind it. Default 5,000. Then
   * CAPTURE_BLOCKED is thrown, and the table is as it was.
   */
  readonly lockTimeoutMs?: number;
}

/**
 * Makes the database record every change of these tables, whoever writes and how: by triggers that write to
 * `hookline_changes` in the same statement. Each table in a transaction of its own, which waits for those that write
 * to it; processes that do so at the same time take turns. A table that has this very capture is not touched.
 *
 * Answers the tables whose capture was installed or changed. Throws CAPTURE_BLOCKED, OPTION_INVALID,
 * DIALECT_UNSUPPORTED, MIGRATION_PENDING, and what the database throws.
 *
 * @example
 * await installCapture(sequelize, [{ model: Conversation, redact: ['token'] }, Message]);
 */
export async function installCapture(
  sequelize: SequelizeLike,
  models: readonly Capturable[],
  options: CaptureOptions = {},
): Promise<readonly string[]> {
  return changeEach(sequelize, models, options, install);
}

/**
 * Takes the triggers and their functions away again. What they recorded and is no event yet stays in
 * `hookline_changes`, and becomes events as long as the models are bound. Answers the tables that had a capture.
 * Throws what `installCapture` does.
 */
export async function removeCapture(
  sequelize: SequelizeLike,
  models: readonly Capturable[],
  options: CaptureOptions = {},
): Promise<readonly string[]> {
  return changeEach(sequelize, models, options, remove);
}

/**
 * The same as migrations for umzug 3, one for each table. Its name has the version of the capture: where the settings
 * change, or a release of Hookline changes the function, it is a new migration. Throws OPTION_INVALID.
 *
 * @example
 * new Umzug({
 *   migrations: [...migrations(), ...captureMigrations([{ model: Conversation, redact: ['token'] }, Message])],
 *   context: sequelize, storage: new SequelizeStorage({ sequelize }), logger: console,
 * });
 */
export function captureMigrations(models: readonly Capturable[], options: CaptureOptions = {}): Migration[] {
  const tables = tablesOf(options);
  return models.map((model) => {
    const table = capturedTable(model);
    const version = fingerprint(tables, table).slice(-10);
    return {
      name: `hookline-capture-${table.name}-${version}`,
      up: async ({ context }) => void (await installCapture(sequelizeOf(context), [model], options)),
      down: async ({ context }) => void (await removeCapture(sequelizeOf(context), [model], options)),
    };
  });
}

/** What runs statements one after the other in one transaction. */
interface Site {
  readonly tables: Tables;
  readonly table: CapturedTable;
  readonly run: Run;
  /** Without parameters, so that no dollar sign is taken for one. */
  execute(sql: string): Promise<unknown>;
  lock(sql: string): Promise<void>;
}

/** False where there was nothing to do. */
type Change = (site: Site) => Promise<boolean>;

async function changeEach(
  sequelize: SequelizeLike,
  models: readonly Capturable[],
  options: CaptureOptions,
  change: Change,
): Promise<readonly string[]> {
  const tables = tablesOf(options);
  const captured = models.map(capturedTable);
  const timeoutMs = checkTimeout(options.lockTimeoutMs ?? 5_000);
  const changed: string[] = [];
  for (const table of captured) {
    const isChanged = await takeTurn(sequelize, tables, (run, transaction) => {
      const execute = (sql: string) => sequelize.query(sql, { transaction, logging: false, raw: true });
      const lock = (sql: string) => lockTable(execute, sql, table.name, timeoutMs);
      return change({ tables, table, run, execute, lock });
    });
    if (isChanged) changed.push(table.name);
  }
  return changed;
}

async function install({ tables, table, run, execute, lock }: Site): Promise<boolean> {
  // without our tables every write to this one would fail; throws MIGRATION_PENDING
  await run(`SELECT FROM ${tables.changes} LIMIT 0`);
  const isSame = (await versionOf(run, tables, table)) === fingerprint(tables, table);
  if (isSame && (await missingTriggers(run, tables, table)).length === 0) return false;
  await lock(lockForInstall(table));
  for (const sql of installStatements(tables, table, await missingTriggers(run, tables, table))) {
    await execute(sql);
  }
  return true;
}

async function remove({ tables, table, run, execute, lock }: Site): Promise<boolean> {
  if ((await versionOf(run, tables, table)) === null) return false;
  if (await isThere(run, table)) await lock(lockForRemoval(table));
  for (const sql of removeStatements(tables, table)) {
    // a table that was made again has no triggers
    await execute(sql.replace('DROP TRIGGER', 'DROP TRIGGER IF EXISTS'));
  }
  return true;
}

async function isThere(run: Run, { sql }: CapturedTable): Promise<boolean> {
  const binds = new Binds();
  const [row] = await run(`SELECT to_regclass(${binds.add('text', sql)}) IS NOT NULL AS "isThere"`, binds);
  return row?.isThere === true;
}

/** The comment of the function; null where there is none. */
async function versionOf(run: Run, tables: Tables, table: CapturedTable): Promise<unknown> {
  const binds = new Binds();
  const name = binds.add('text', functionName(tables, table));
  const [row] = await run(
    `SELECT coalesce(obj_description(to_regprocedure(${name}), 'pg_proc'), '') AS "version"
    WHERE to_regprocedure(${name}) IS NOT NULL`,
    binds,
  );
  return row?.version ?? null;
}

async function missingTriggers(
  run: Run,
  tables: Tables,
  table: CapturedTable,
): Promise<readonly Operation[]> {
  const binds = new Binds();
  const rows = await run(
    `SELECT tgname AS "name" FROM pg_trigger WHERE tgrelid = to_regclass(${binds.add('text', table.sql)})
    AND tgfoid = to_regprocedure(${binds.add('text', functionName(tables, table))})`,
    binds,
  );
  const there = rows.map((row) => row.name);
  return OPERATIONS.filter((operation) => !there.includes(triggerName(tables, operation)));
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: lock_not_available. */
const LOCK_TIMEOUT = '55P03';

async function lockTable(
  execute: Site['execute'],
  sql: string,
  table: string,
  timeoutMs: number,
): Promise<void> {
  await execute(`SET LOCAL lock_timeout = ${timeoutMs}`);
  await execute(sql).catch((error) => {
    const { original } = error as { readonly original?: { readonly code?: unknown } };
    if (original?.code !== LOCK_TIMEOUT) throw error;
    throw new HooklineError('CAPTURE_BLOCKED', { table, timeoutMs }, error);
  });
}

/** Zero would wait for ever. */
function checkTimeout(timeoutMs: number): number {
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= 2_147_483_647) return timeoutMs;
  const expected = 'a whole number of milliseconds, at least 1';
  throw new HooklineError('OPTION_INVALID', { option: 'lockTimeoutMs', expected, got: String(timeoutMs) });
}
