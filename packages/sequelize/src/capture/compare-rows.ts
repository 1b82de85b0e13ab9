import { isDeepStrictEqual } from 'node:util';
import type { Changes } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
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
