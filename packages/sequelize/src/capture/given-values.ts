import type { Model } from 'sequelize';
import { internalsOf } from './copy-row.js';

/**
 * Remembers what a write of this instance is given when it is called. Answers the function that puts it back: a
 * transaction begins in between, and meanwhile the answer of another write may have come over it.
 */
export function rememberGiven(target: unknown, fields: readonly string[] | undefined): () => void {
  if (typeof target === 'function') return () => {};
  const row = target as Model;
  const names = fields ?? (row.changed() || []);
  const { dataValues: given, _changed: changed } = internalsOf(row);
  const values = names.map((name) => [name, given[name], changed.has(name)] as const);
  return () => {
    const { dataValues, _changed: flags } = internalsOf(row);
    for (const [name, value, wasChanged] of values) {
      if (Object.is(dataValues[name], value)) continue;
      dataValues[name] = value;
      if (wasChanged) flags.add(name);
    }
  };
}
