import type { Model, ModelStatic, WhereOptions } from 'sequelize';
import { indexRows, keyText, valuesOf } from './bulk-keys.js';
import { anyOf, whereAny } from './bulk-where.js';
import { isComputed } from './known-row.js';
import { readRows } from './read-rows.js';
import { lockToWrite } from './row-lock.js';
import type { WriteOptions } from './stored-row.js';
import type { UniqueKey } from './unique-keys.js';

/**
 * The rows that an insert may find in its way, locked: those that have the values of one of these keys.
 *
 * @param written the attributes that it then writes over
 */
export async function readConflicting(
  model: ModelStatic<Model>,
  instances: readonly Model[],
  keys: readonly UniqueKey[],
  written: readonly string[],
  options: WriteOptions,
): Promise<readonly Model[]> {
  const conditions = keys.flatMap((key) => (key.length === 0 ? [] : whereFilled(key, instances)));
  if (conditions.length === 0) return [];
  return readRows(model, options, { where: [anyOf(conditions)], lock: lockToWrite(model, written) });
}

/** Finds the one of them that a row was before it was written over: by its primary key, unless that was written too. */
export function rowBefore(
  model: ModelStatic<Model>,
  rows: readonly Model[],
  keys: readonly UniqueKey[],
): (row: Model) => Model | null {
  const known = [model.primaryKeyAttributes, ...keys].filter(({ length }) => length > 0);
  const indices = known.map((key) => [key, indexRows(key, rows)] as const);
  return (row) => {
    for (const [key, index] of indices) {
      const found = index.get(keyText(key, valuesOf(key, row)));
      if (found) return found;
    }
    return null;
  };
}

function whereFilled(key: UniqueKey, instances: readonly Model[]): readonly WhereOptions[] {
  const filled = instances.filter((instance) =>
    Object.values(valuesOf(key, instance)).every((value) => isFilled(instance, value)),
  );
  const values = filled.map((instance) => valuesOf(key, instance));
  return values.length === 0 ? [] : [whereAny(key, values)];
}

/** Null is like no other null, and what the database is to compute is not known yet. */
function isFilled(instance: Model, value: unknown): boolean {
  return value !== undefined && value !== null && !isComputed(instance, value);
}
