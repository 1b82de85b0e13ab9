import type { FindOptions, Model, Transaction } from 'sequelize';
import { modelOf } from './copy-row.js';
import { readRows } from './read-rows.js';
import type { RowLock } from './row-lock.js';

/** What Sequelize passes to the hooks of a write. */
export interface WriteOptions {
  readonly transaction?: Transaction | null;
  readonly fields?: readonly string[];
  readonly force?: boolean;
  readonly individualHooks?: boolean;
  readonly logging?: NonNullable<FindOptions['logging']>;
  readonly benchmark?: boolean;
  readonly searchPath?: string;
}

/** Whether the row can be found again. */
export function isIdentified(row: Model): boolean {
  const keys = modelOf(row).primaryKeyAttributes;
  return keys.length > 0 && keys.every((name) => (row.getDataValue(name as never) ?? null) !== null);
}

/** The row as the database has it, with a lock until the transaction of the write ends; null where it is gone. */
export async function readStored(row: Model, options: WriteOptions, lock?: RowLock): Promise<Model | null> {
  const model = modelOf(row);
  const where = Object.fromEntries(
    model.primaryKeyAttributes.map((name) => [name, row.getDataValue(name as never)]),
  );
  const [stored] = await readRows(model, options, { where: [where], ...(lock && { lock }) });
  return stored ?? null;
}
