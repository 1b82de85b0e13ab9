import type { Model, ModelStatic } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { tracedAttributes } from '../binding/changes.js';
import { keepAnswers, type Returning } from './bulk-answer.js';
import { countRows } from './bulk-count.js';
import { recordSummary, requireSummary, type SummaryPlan, shownOf } from './bulk-summary.js';
import type { BulkOptions, Conclude } from './bulk-write.js';
import { columnsOf } from './copy-row.js';
import { recordChanges } from './record-changes.js';
import { uniqueKeysOf } from './unique-keys.js';
import { readConflicting, rowBefore } from './upsert-conflict.js';
import { changesByUpsert, markOf, type Outcome, takeOutcome } from './upsert-outcome.js';

/** What Sequelize passes to the hooks of `bulkCreate`. */
export interface BulkCreateOptions extends BulkOptions {
  /** Attributes to write into a row that is there. */
  readonly updateOnDuplicate?: readonly string[];
  /** By which it is found. */
  readonly conflictAttributes?: readonly string[];
  readonly ignoreDuplicates?: boolean;
  /** Attributes, or whether to read all of them. Whoever changes it in a hook changes the write. */
  returning?: Returning;
}

/** A `bulkCreate` under way. */
interface Creation {
  readonly model: ModelStatic<Model>;
  readonly instances: readonly Model[];
  readonly options: BulkCreateOptions;
  /** As attributes: Sequelize makes columns of them. */
  readonly overwritten: readonly string[];
}

/** A row that is in the table now, and how it came there. */
interface Stored {
  readonly row: Model;
  readonly outcome: Outcome;
}

/**
 * Has the database tell what it made of each row, and looks before at those that it may write over; what it answers
 * records what became of them. Null where nobody is to be told. Throws BULK_TOO_LARGE.
 */
export async function followBulkCreate(
  plan: BindingPlan,
  model: ModelStatic<Model>,
  instances: readonly Model[],
  options: BulkCreateOptions,
): Promise<Conclude | null> {
  // With `individualHooks` each row is saved by itself.
  if (options.individualHooks || plan.bulk === 'off' || !isWanted(plan, options)) return null;
  const overwritten = options.updateOnDuplicate ?? [];
  const creation = { model, instances, options, overwritten };
  const isMany = plan.bulk === 'summary' || instances.length > plan.bulkRowCap;
  const summaryPlan = isMany ? requireSummary(plan, 'bulkCreate()') : null;
  const record = summaryPlan ? summarize(summaryPlan, creation) : await follow(plan, creation);
  const storedRows = await askOutcomes(creation);
  return async () => record(storedRows());
}

function isWanted(plan: BindingPlan, { updateOnDuplicate }: BulkCreateOptions): boolean {
  const { created, updated, when, summary, coalesce } = plan;
  if (created !== undefined || summary !== undefined || coalesce) return true;
  return updateOnDuplicate !== undefined && (updated !== undefined || when.length > 0);
}

type RecordRows = (stored: readonly Stored[]) => Promise<void>;

async function follow(plan: BindingPlan, creation: Creation): Promise<RecordRows> {
  const { model, instances, options, overwritten } = creation;
  const { conflictAttributes, updateOnDuplicate, transaction = null } = options;
  const keys = conflictAttributes ? [conflictAttributes] : uniqueKeysOf(model);
  const rows = updateOnDuplicate
    ? await readConflicting(model, instances, keys, updateOnDuplicate, options)
    : [];
  const before = rowBefore(model, rows, keys);
  return (stored) => {
    const changes = stored.flatMap(({ row, outcome }) =>
      changesByUpsert(outcome, row, before(row), overwritten),
    );
    return recordChanges(plan, changes, transaction);
  };
}

function summarize(plan: SummaryPlan, { options, overwritten }: Creation): RecordRows {
  const { transaction = null } = options;
  const attributes = shownOf(plan, overwritten);
  const rowsThat = (stored: readonly Stored[], wanted: Outcome) =>
    stored.filter(({ outcome }) => outcome === wanted).map(({ row }) => row);
  return async (stored) => {
    const created = countRows(plan, rowsThat(stored, 'created'));
    await recordSummary(plan, { operation: 'created' }, created, transaction);
    if (attributes.length === 0) return;
    const updated = countRows(plan, rowsThat(stored, 'updated'));
    await recordSummary(plan, { operation: 'updated', attributes }, updated, transaction);
  };
}

/** Keys and defaults come back in any case, so that every row is complete. */
async function askOutcomes({ model, instances, options }: Creation): Promise<() => readonly Stored[]> {
  const isConflictable = options.updateOnDuplicate !== undefined || options.ignoreDuplicates === true;
  const takeRows = keepAnswers(instances, options.returning, timestampsOf(model));
  options.returning = isConflictable ? [...columnsOf(model), await markOf(model, options)] : true;
  return () => {
    const outcomes = instances.map((instance) => (isConflictable ? takeOutcome(instance) : 'created'));
    return takeRows().map((row, index) => ({ row, outcome: outcomes[index] ?? 'ignored' }));
  };
}

/** Sequelize gives them to the instances by itself, after the hook. */
function timestampsOf(model: ModelStatic<Model>): ReadonlySet<string> {
  const traced = tracedAttributes(model);
  return new Set(columnsOf(model).filter((name) => !traced.has(name)));
}
