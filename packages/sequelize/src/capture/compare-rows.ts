import { isDeepStrictEqual } from 'node:util';
import type { Changes } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
import { keyText, valuesOf } from './bulk-keys.js';
import { columnsOf } from './copy-row.js';
import type { RowChange } from './row-change.js';

/**
 * What became of a row, from what it was and what it is now; null where it is what it was. A paranoid row counts as
 * gone while it is marked as deleted.
 */
export function compareRow(
  model: ModelStatic<Model>,
  before: Model | null,
  after: Model | null,
): RowChange | null {
  if (before === null) return after === null ? null : { kind: 'created', row: after, changes: {} };
  if (after === null)
    return isDeleted(model, before) ? null : { kind: 'destroyed', row: before, changes: {} };
  const [wasDeleted, isNowDeleted] = [before, after].map((row) => isDeleted(model, row));
  if (wasDeleted && isNowDeleted) return null;
  if (isNowDeleted) return { kind: 'destroyed', row: after, changes: {} };
  const changes = changesBetween(model, before, after);
  if (wasDeleted) return { kind: 'restored', row: after, changes };
  return Object.keys(changes).length === 0 ? null : { kind: 'updated', row: after, changes };
}

/** The same, where the key may be another: then the row is another, one is gone and one is new. */
export function compareKeyed(
  model: ModelStatic<Model>,
  before: Model,
  after: Model | null,
): readonly RowChange[] {
  const names = model.primaryKeyAttributes;
  const [was, is] = [before, after].map((row) => row && keyText(names, valuesOf(names, row)));
  const isSame = after === null || was === is;
  const changes = isSame
    ? [compareRow(model, before, after)]
    : [compareRow(model, before, null), compareRow(model, null, after)];
  return changes.filter((change) => change !== null);
}

/** Of every attribute with a column. */
function changesBetween(model: ModelStatic<Model>, before: Model, after: Model): Changes {
  const changes: Record<string, Changes[string]> = {};
  for (const name of columnsOf(model)) {
    const [previous, current] = [before.getDataValue(name as never), after.getDataValue(name as never)];
    if (!isDeepStrictEqual(previous, current)) changes[name] = { previous, current };
  }
  return changes;
}

/** Whether a paranoid model takes the row for deleted. */
export function isDeleted(model: ModelStatic<Model>, row: Model): boolean {
  const { paranoid, deletedAt } = model.options;
  if (!paranoid) return false;
  const name = typeof deletedAt === 'string' ? deletedAt : 'deletedAt';
  const { defaultValue = null } = model.getAttributes()[name] ?? {};
  return !isDeepStrictEqual(row.getDataValue(name as never) ?? null, defaultValue);
}
