import { createHash } from 'node:crypto';
import { type TableOptions, type Tables, tablesOf } from '../tables.js';
import { createFunction } from './capture-function.js';
import { captureName, OPERATIONS, type Operation, quoteText, triggerName } from './capture-name.js';
import { type Capturable, type CapturedTable, capturedTable } from './captured-table.js';

/** SQL to read, or to run by hand. */
export interface CaptureSql {
  readonly up: string;
  readonly down: string;
}

/**
 * What `captureMigrations` does for tables that have no capture yet, as SQL: one transaction for each table. Throws
 * OPTION_INVALID.
 */
export function captureSql(models: readonly Capturable[], options: TableOptions = {}): CaptureSql {
  const tables = tablesOf(options);
  const captured = models.map(capturedTable);
  const text = (verb: string, statements: (table: CapturedTable) => readonly string[]) =>
    captured
      .map((table) => {
        const lines = ['BEGIN', ...statements(table), 'COMMIT'].map((sql) => `${sql};`);
        return `-- Hookline: ${verb} of ${table.name}\n${lines.join('\n')}\n`;
      })
      .join('\n');
  return {
    up: text('capture', (table) => [lockForInstall(table), ...installStatements(tables, table, OPERATIONS)]),
    down: text('end of capture', (table) => [lockForRemoval(table), ...removeStatements(tables, table)]),
  };
}

/**
 * Waits for every transaction that wrote to the table, and then nobody writes until the triggers are there: each
 * transaction is seen by hooks alone, or by triggers alone.
 */
export function lockForInstall({ sql }: CapturedTable): string {
  return `LOCK TABLE ${sql} IN SHARE ROW EXCLUSIVE MODE`;
}

/** To drop a trigger takes this lock in any case: taken at once, nobody who reads first and writes then is in its way. */
export function lockForRemoval({ sql }: CapturedTable): string {
  return `LOCK TABLE ${sql} IN ACCESS EXCLUSIVE MODE`;
}

export function installStatements(
  tables: Tables,
  table: CapturedTable,
  missing: readonly Operation[],
): readonly string[] {
  const name = functionName(tables, table);
  return [
    createFunction(tables, table),
    // it is for triggers of this table alone
    `REVOKE ALL ON FUNCTION ${name} FROM PUBLIC`,
    `COMMENT ON FUNCTION ${name} IS ${quoteText(fingerprint(tables, table))}`,
    ...missing.map((operation) => createTrigger(tables, table, operation)),
  ];
}

export function removeStatements(tables: Tables, table: CapturedTable): readonly string[] {
  return [
    ...OPERATIONS.map((operation) => `DROP TRIGGER "${triggerName(tables, operation)}" ON ${table.sql}`),
    `DROP FUNCTION ${functionName(tables, table)}`,
  ];
}

export function functionName(tables: Tables, { name }: CapturedTable): string {
  return `${tables.path}"${captureName(tables, name)}"()`;
}

/** Tells one version of the function from another; kept as its comment. */
export function fingerprint(tables: Tables, table: CapturedTable): string {
  const hash = createHash('sha256').update(createFunction(tables, table)).digest('hex').slice(0, 10);
  return `Hookline: capture of ${table.name}, version ${hash}`;
}

const ROWS: Readonly<Record<Operation, string>> = {
  insert: 'REFERENCING NEW TABLE AS new_rows ',
  update: 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows ',
  delete: 'REFERENCING OLD TABLE AS old_rows ',
  truncate: '',
};

function createTrigger(tables: Tables, table: CapturedTable, operation: Operation): string {
  const time = operation === 'truncate' ? 'BEFORE' : 'AFTER';
  return `CREATE TRIGGER "${triggerName(tables, operation)}" ${time} ${operation.toUpperCase()} ON ${table.sql}
${ROWS[operation]}FOR EACH STATEMENT EXECUTE FUNCTION ${functionName(tables, table)}`;
}
