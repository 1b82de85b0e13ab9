import type { Changes } from '@hookline/core';
import { type Model, type ModelStatic, QueryTypes, type Sequelize } from 'sequelize';
import { quoteTable } from '../trigger/captured-table.js';
import { compareKeyed } from './compare-rows.js';
import { internalsOf, modelOf } from './copy-row.js';
import type { RowChange } from './row-change.js';
import type { WriteOptions } from './stored-row.js';

/** What ON CONFLICT made of a row. */
export type Outcome = 'created' | 'updated' | 'ignored';

/**
 * A column that tables of Postgres have: zero in a row that was inserted, the transaction that locked it in one that was
 * found and updated. Of a partitioned table it cannot be asked: there `tableoid` tells that a row was written at all.
 */
type Mark = 'xmax' | 'tableoid';

const marks = new WeakMap<object, Mark>();

/** What to ask of RETURNING, besides the columns. */
export async function markOf(model: ModelStatic<Model>, options: WriteOptions): Promise<Mark> {
  const known = marks.get(model);
  if (known !== undefined) return known;
  const { transaction = null } = options;
  const rows = await (model.sequelize as Sequelize).query<{ readonly relkind: string }>(
    'SELECT relkind FROM pg_class WHERE oid = to_regclass($1)',
    { type: QueryTypes.SELECT, bind: [quoteTable(model)], transaction, logging: false, raw: true },
  );
  const mark = rows[0]?.relkind === 'p' ? 'tableoid' : 'xmax';
  marks.set(model, mark);
  return mark;
}

/** Takes the mark from an instance, before anyone else sees it. */
export function takeOutcome(instance: Model): Outcome {
  const { dataValues } = internalsOf(instance);
  const { xmax, tableoid } = dataValues;
  delete dataValues.xmax;
  delete dataValues.tableoid;
  if (xmax === undefined) return tableoid === undefined ? 'ignored' : 'created';
  return String(xmax) === '0' ? 'created' : 'updated';
}

/** Of a row that somebody put there after the reading, only what was written into it is known. */
export function changesByUpsert(
  outcome: Outcome,
  row: Model,
  before: Model | null,
  written: readonly string[],
): readonly RowChange[] {
  if (outcome === 'ignored') return [];
  if (before !== null) return compareKeyed(modelOf(row), before, row);
  if (outcome === 'created') return [{ kind: 'created', row, changes: {} }];
  return [{ kind: 'updated', row, changes: knownChanges(row, written) }];
}

function knownChanges(row: Model, written: readonly string[]): Changes {
  return Object.fromEntries(
    written.map((name) => [name, { previous: undefined, current: row.getDataValue(name as never) }]),
  );
}
