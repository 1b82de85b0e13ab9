import type { Model, ModelStatic } from 'sequelize';
import { uniqueKeysOf } from './unique-keys.js';

/** What keeps others from changing a row: `NO KEY UPDATE` lets them refer to it all the same. */
export type RowLock = 'UPDATE' | 'NO KEY UPDATE';

const keyNames = new WeakMap<object, ReadonlySet<string>>();

/**
 * The lock that a write of these attributes is going to take itself: one that is weaker would be made stronger then, and
 * whoever referred to the row meanwhile and changes it next would be in a deadlock. See "Row-Level Locks",
 * https://www.postgresql.org/docs/current/explicit-locking.html.
 */
export function lockToWrite(model: ModelStatic<Model>, written: Iterable<string>): RowLock {
  const names = keyNames.get(model) ?? new Set(uniqueKeysOf(model).flat());
  keyNames.set(model, names);
  for (const name of written) if (names.has(name)) return 'UPDATE';
  return 'NO KEY UPDATE';
}
