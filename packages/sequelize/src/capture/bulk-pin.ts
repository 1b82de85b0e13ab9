import type { Model } from 'sequelize';
import { findableKeysOf, valuesOf } from './bulk-keys.js';
import { allOf, anyOf, firstOf, nameFor, whereAny, whereLife } from './bulk-where.js';
import type { BulkWrite } from './bulk-write.js';

/**
 * Keeps a write to the rows that were read for it, and to those that it cannot make another: a row that somebody
 * commits after the reading would be written and not be told of. Answers the function that gives the `where` back.
 */
export function pin(write: BulkWrite, rows: readonly Model[]): () => void {
  const { model, options, life, naming, isTruncate } = write;
  const keys = findableKeysOf(model);
  if (isTruncate || keys.length === 0) return () => {};
  const names = keys.map((key) => nameFor(model, key, naming));
  const isRead = whereAny(
    names,
    rows.map((row) => renamed(names, Object.values(valuesOf(keys, row)))),
  );
  const others = life && whereLife(model, life === 'living' ? 'deleted' : 'living', naming);
  options.where = allOf([write.where ?? {}, others ? anyOf([isRead, others]) : isRead]);
  return () => {
    options.where = firstOf(options.where);
  };
}

function renamed(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}
