import type { Model } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { keepAnswers, type Returning } from './bulk-answer.js';
import { nameFor } from './bulk-where.js';
import type { BulkOptions, Conclude } from './bulk-write.js';
import { columnsOf, modelOf } from './copy-row.js';
import { recordChanges } from './record-changes.js';
import { attributesOf, uniqueKeysOf } from './unique-keys.js';
import { readConflicting, rowBefore } from './upsert-conflict.js';
import { changesByUpsert, markOf, takeOutcome } from './upsert-outcome.js';

/** What Sequelize passes to the hooks of an upsert. */
export interface UpsertOptions extends BulkOptions {
  readonly instance: Model;
  /** The attributes that are written. */
  readonly fields: readonly string[];
  /** Columns. */
  readonly conflictFields?: readonly string[];
  /** Columns as well. */
  returning?: Returning;
}

/**
 * Looks at the row that an upsert may find, before it, and has the database tell whether it found one; what it answers
 * records what became of it. It is one row, and no summary. Null where nobody is to be told.
 */
export async function followUpsert(plan: BindingPlan, options: UpsertOptions): Promise<Conclude | null> {
  const { instance, fields, conflictFields, transaction = null } = options;
  if (!isWanted(plan)) return null;
  const model = modelOf(instance);
  const keys = conflictFields ? [attributesOf(model, conflictFields)] : uniqueKeysOf(model);
  const before = rowBefore(model, await readConflicting(model, [instance], keys, fields, options), keys);
  const takeRows = keepAnswers([instance], options.returning);
  const columns = columnsOf(model).map((name) => nameFor(model, name, 'columns'));
  options.returning = [...columns, await markOf(model, options)];
  return async () => {
    const outcome = takeOutcome(instance);
    const changes = takeRows().flatMap((row) => changesByUpsert(outcome, row, before(row), fields));
    await recordChanges(plan, changes, transaction);
  };
}

function isWanted({ created, updated, when, coalesce }: BindingPlan): boolean {
  return coalesce || when.length > 0 || created !== undefined || updated !== undefined;
}
