import type { Changes } from '@hookline/core';
import type { Model } from 'sequelize';
import { compareKeyed } from './compare-rows.js';
import { internalsOf, modelOf } from './copy-row.js';
import type { RowChange } from './row-change.js';

/** What ON CONFLICT made of a row. */
export type Outcome = 'created' | 'updated' | 'ignored';

/**
 * A column that every table of Postgres has: zero in a row that was inserted, the transaction that locked it in one
 * that was found and updated.
 */
const MARK = 'xmax';

/** What to ask of RETURNING, besides the columns. */
export function withMark(columns: readonly string[]): string[] {
  return [...columns, MARK];
}

/** Takes the mark from an instance, before anyone else sees it. */
export function takeOutcome(instance: Model): Outcome {
  const { dataValues } = internalsOf(instance);
  const mark = dataValues[MARK];
  delete dataValues[MARK];
  if (mark === undefined) return 'ignored';
  return String(mark) === '0' ? 'created' : 'updated';
}

/** Of a row that somebody put there after the reading, only what was written into it is known. */
export function changesByUpsert(
  outcome: Outcome,
  row: Model,
  before: Model | null,
  written: readonly string[],
): readonly RowChange[] {
  if (outcome === 'ignored') return [];
  if (outcome === 'created') return [{ kind: 'created', row, changes: {} }];
  if (before !== null) return compareKeyed(modelOf(row), before, row);
  return [{ kind: 'updated', row, changes: knownChanges(row, written) }];
}

function knownChanges(row: Model, written: readonly string[]): Changes {
  return Object.fromEntries(
    written.map((name) => [name, { previous: undefined, current: row.getDataValue(name as never) }]),
  );
}
