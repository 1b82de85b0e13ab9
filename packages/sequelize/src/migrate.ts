import { Binds } from './binds.js';
import { openDatabase, type Run } from './database.js';
import { type MigrationStatus, readStatus } from './migration-status.js';
import type { MigrationScript } from './migrations/migration-script.js';
import { SCRIPTS } from './migrations/scripts.js';
import { isSequelize, type SequelizeLike } from './sequelize-like.js';
import { checkSequelize } from './sequelize-store.js';
import { type TableOptions, type Tables, tablesOf } from './tables.js';
import { takeTurn } from './take-turn.js';

/** What umzug passes to a migration: the Sequelize instance, or its query interface. */
export interface MigrationParams {
  readonly context: SequelizeLike | { readonly sequelize: SequelizeLike };
}

/** A migration in the shape of umzug 3. */
export interface Migration {
  readonly name: string;
  up(params: MigrationParams): Promise<void>;
  down(params: MigrationParams): Promise<void>;
}

/**
 * Applies the migrations that were not yet applied, each in a transaction of its own, and answers their names.
 * Processes that do so at the same time take turns, so every instance of a deploy may. A `schema` that is not
 * there is created.
 *
 * Throws DIALECT_UNSUPPORTED, OPTION_INVALID, and what the database throws.
 */
export async function migrate(
  sequelize: SequelizeLike,
  options: TableOptions = {},
): Promise<readonly string[]> {
  const tables = tablesOf(options);
  const applied: string[] = [];
  for (const script of SCRIPTS) {
    if (await apply(sequelize, tables, script)) applied.push(script.name);
  }
  return applied;
}

/** Every migration, in order, and when it was applied. Changes nothing. Throws what `migrate` throws. */
export function migrationStatus(
  sequelize: SequelizeLike,
  options: TableOptions = {},
): Promise<readonly MigrationStatus[]> {
  checkSequelize(sequelize);
  return readStatus(openDatabase(sequelize, tablesOf(options)));
}

/**
 * The migrations for umzug 3. Whoever runs them, they are recorded in our own table, too: a hub finds them
 * applied, and `migrate` does not repeat them.
 *
 * @example
 * new Umzug({ migrations: migrations(), context: sequelize, storage: new SequelizeStorage({ sequelize }), logger: console });
 */
export function migrations(options: TableOptions = {}): Migration[] {
  const tables = tablesOf(options);
  return SCRIPTS.map((script) => ({
    name: `hookline-${script.name}`,
    up: async ({ context }) => void (await apply(sequelizeOf(context), tables, script)),
    down: ({ context }) => revert(sequelizeOf(context), tables, script),
  }));
}

/** All migrations as SQL, for a database that has none of them: one transaction each. Throws OPTION_INVALID. */
export function migrationSql(options: TableOptions = {}): string {
  const tables = tablesOf(options);
  const scripts = SCRIPTS.map(({ name, up }) =>
    [
      `-- Hookline ${name}`,
      ...['BEGIN', ...prepare(tables), ...up(tables), recordSql(tables, name), 'COMMIT'].map(
        (sql) => `${sql};`,
      ),
    ].join('\n'),
  );
  return `${scripts.join('\n\n')}\n`;
}

/** False where it was applied before. */
function apply(sequelize: SequelizeLike, tables: Tables, { name, up }: MigrationScript): Promise<boolean> {
  return takeTurn(sequelize, tables, async (run) => {
    for (const sql of await missingSchema(run, tables)) await run(sql);
    await run(createRecords(tables));
    if (await isRecorded(run, tables, name)) return false;
    for (const sql of [...up(tables), recordSql(tables, name)]) await run(sql);
    return true;
  });
}

function revert(sequelize: SequelizeLike, tables: Tables, { name, down }: MigrationScript): Promise<void> {
  return takeTurn(sequelize, tables, async (run) => {
    for (const sql of [...down(tables), `DELETE FROM ${tables.migrations} WHERE name = '${name}'`])
      await run(sql);
  });
}

/** Asked first, since CREATE SCHEMA needs a right on the database even where there is nothing to create. */
async function missingSchema(run: Run, tables: Tables): Promise<readonly string[]> {
  const binds = new Binds();
  const rows = await run(
    `SELECT FROM pg_namespace WHERE nspname = ${binds.add('text', tables.schema ?? '')}`,
    binds,
  );
  return rows.length > 0 ? [] : createSchema(tables);
}

async function isRecorded(run: Run, tables: Tables, name: string): Promise<boolean> {
  const binds = new Binds();
  const rows = await run(`SELECT FROM ${tables.migrations} WHERE name = ${binds.add('text', name)}`, binds);
  return rows.length > 0;
}

function prepare(tables: Tables): readonly string[] {
  return [...createSchema(tables), createRecords(tables)];
}

function createSchema({ schema }: Tables): readonly string[] {
  return schema === null ? [] : [`CREATE SCHEMA IF NOT EXISTS "${schema}"`];
}

function createRecords({ migrations: table }: Tables): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (name text PRIMARY KEY, applied_at bigint NOT NULL)`;
}

function recordSql({ migrations: table }: Tables, name: string): string {
  return `INSERT INTO ${table} (name, applied_at) VALUES ('${name}', extract(epoch FROM now()) * 1000)`;
}

export function sequelizeOf(context: MigrationParams['context']): SequelizeLike {
  return isSequelize(context) ? context : context.sequelize;
}
