import type { Model } from 'sequelize';
import { columnsOf, internalsOf, modelOf, type Values } from './copy-row.js';
import type { WriteOptions } from './stored-row.js';

/** What Sequelize passes to the hooks of a row. */
export interface RowOptions extends WriteOptions {
  /** Whoever changes it in a hook before the write changes the write. */
  returning?: boolean | readonly string[];
}

/** A statement that was asked for the row it writes. */
export interface AskedRow {
  isWritten: boolean;
  /** The name of the table: as a column it stands for the row as a whole, so it is there if and only if a row is. */
  readonly mark: string;
  /** The values of the instance before the statement. */
  readonly memory: Values;
  /** What the app asked to be told of. */
  readonly wanted: boolean | readonly string[];
}

/**
 * Asks the statement that is about to write a row for all of its columns as they come out, whatever the instance
 * knows: no further statement is needed for that. Null where it cannot be asked.
 */
export function askForRow(row: Model, options: RowOptions): AskedRow | null {
  const model = modelOf(row);
  const names = columnsOf(model).map((name) => columnOf(row, name));
  const mark = markOf(row);
  if (names.includes(mark) || !areNamesKept(row)) return null;
  const { returning: wanted = false } = options;
  options.returning = [...new Set([...names, ...(Array.isArray(wanted) ? wanted : [])]), mark];
  const { dataValues } = internalsOf(row);
  const asked: AskedRow = { isWritten: false, mark, memory: { ...dataValues }, wanted };
  // Sequelize puts what is returned on the instance, where the app is to see nothing of it.
  const set = () => {
    asked.isWritten = true;
  };
  Object.defineProperty(dataValues, mark, { configurable: true, enumerable: false, set });
  return asked;
}

/**
 * The row that the statement answered with; null where there was none. What the app did not save, nor ask for, has on
 * its instance the value again that it had; what it saved, the value that is stored.
 */
export function takeRow(row: Model, { fields }: RowOptions, asked: AskedRow): Values | null {
  const { dataValues } = internalsOf(row);
  const { mark, memory, wanted } = asked;
  const isWritten = asked.isWritten || dataValues[mark] !== undefined;
  Reflect.deleteProperty(dataValues, mark);
  const columns = columnsOf(modelOf(row));
  const image = Object.fromEntries(columns.map((name) => [name, dataValues[name]]));
  const saved = new Set(fields ?? Object.keys(memory));
  const isMeant = (name: string) =>
    saved.has(name) || wanted === true || (Array.isArray(wanted) && wanted.includes(columnOf(row, name)));
  for (const name of columns) {
    if (isMeant(name)) continue;
    if (Object.hasOwn(memory, name)) dataValues[name] = memory[name];
    else Reflect.deleteProperty(dataValues, name);
  }
  return isWritten ? image : null;
}

function columnOf(row: Model, name: string): string {
  return modelOf(row).getAttributes()[name]?.field ?? name;
}

/** Without quotes names come back in lower case. */
function areNamesKept(row: Model): boolean {
  const { options } = modelOf(row).sequelize as unknown as WithOptions;
  return options.quoteIdentifiers !== false;
}

interface WithOptions {
  readonly options: { readonly quoteIdentifiers?: boolean };
}

function markOf(row: Model): string {
  const table: unknown = modelOf(row).getTableName();
  return typeof table === 'string' ? table : (table as { readonly tableName: string }).tableName;
}
