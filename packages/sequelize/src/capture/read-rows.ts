import type { FindOptions, Model, ModelStatic } from 'sequelize';
import { valuesOf } from './bulk-keys.js';
import { allOf, type Condition, whereBeyond } from './bulk-where.js';
import type { RowLock } from './row-lock.js';
import type { WriteOptions } from './stored-row.js';

/** Which rows to read, whatever the model's scopes and its being paranoid hide. */
export interface RowsWanted {
  /** All of these hold. */
  readonly where: readonly Condition[];
  readonly limit?: number | undefined;
  /** Keeps others from changing the rows until the transaction ends. */
  readonly lock?: RowLock;
}

/**
 * Complete rows as the database has them, in the order of their keys: whoever locks several rows locks them in the same
 * order. Read as the write is done: in its transaction, told to its log.
 */
export async function readRows(
  model: ModelStatic<Model>,
  options: WriteOptions,
  { where, limit, lock }: RowsWanted,
): Promise<readonly Model[]> {
  const query: FindOptions = {
    ...readingOf(options),
    where: allOf(where),
    raw: false,
    order: model.primaryKeyAttributes.map((name) => [name, 'ASC']),
    ...(limit !== undefined && { limit }),
    ...(lock !== undefined && { lock: lock as never }),
  };
  return model.unscoped().findAll(query);
}

/** How to read what a write is about. Not from a replica, which may not have it yet. */
export function readingOf(options: WriteOptions): FindOptions {
  const { transaction = null, logging, benchmark, searchPath, replacements } = options as ReadingOptions;
  return {
    transaction,
    paranoid: false,
    ...({ hooks: false, useMaster: true } as object),
    ...(logging !== undefined && { logging }),
    ...(benchmark !== undefined && { benchmark }),
    ...(searchPath !== undefined && { searchPath }),
    ...(replacements !== undefined && { replacements }),
  };
}

interface ReadingOptions extends WriteOptions {
  /** Of a literal in `where`. */
  readonly replacements?: NonNullable<FindOptions['replacements']>;
}

const BATCH = 1_000;

/** All of them, without holding all of them. A model without a primary key has no order to go by. */
export async function* readInBatches(
  model: ModelStatic<Model>,
  options: WriteOptions,
  where: readonly Condition[],
): AsyncGenerator<readonly Model[]> {
  const keys = model.primaryKeyAttributes;
  const limit = keys.length > 0 ? BATCH : undefined;
  let last: Model | undefined;
  do {
    const beyond = last ? [whereBeyond(keys, valuesOf(keys, last))] : [];
    const rows = await readRows(model, options, { where: [...where, ...beyond], limit });
    yield rows;
    last = rows.length === limit ? rows.at(-1) : undefined;
  } while (last !== undefined);
}
