import type { Model, Transaction } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { changesOf } from '../binding/changes.js';
import { recordChanges } from './record-changes.js';
import type { RowChange } from './row-change.js';
import { RowDiffs } from './row-diffs.js';

const HOOK = 'hookline';
const HOOK_TYPES = ['afterCreate', 'beforeUpdate', 'afterUpdate', 'afterDestroy', 'afterRestore'] as const;

/** What Sequelize passes to the hooks of a row. */
interface WriteOptions {
  readonly transaction?: Transaction | null;
  readonly fields?: readonly string[];
  readonly individualHooks?: boolean;
}

/** Sees the writes of one row. Answers the function that takes its hooks out again. */
export function captureRows(plan: BindingPlan): () => void {
  const { model } = plan;
  const diffs = new RowDiffs(model);
  const add = (type: (typeof HOOK_TYPES)[number], hook: RowHook) => model.addHook(type, HOOK, hook as never);
  const remove = () => {
    for (const type of HOOK_TYPES) model.removeHook(type, HOOK);
  };
  const record = (row: Model, options: WriteOptions, change: Omit<RowChange, 'row'>) =>
    recordChanges(plan, [{ ...change, row }], options.transaction ?? null);
  remove();
  add('afterCreate', (row, options) => record(row, options, { kind: 'created', changes: {} }));
  add('beforeUpdate', (row, options) => {
    if (options.individualHooks) diffs.keep(options, row);
  });
  add('afterUpdate', (row, options) => {
    const live = changesOf(row, options.fields);
    const changes = Object.keys(live).length === 0 ? diffs.get(options, row) : live;
    return record(row, options, { kind: 'updated', changes });
  });
  add('afterDestroy', (row, options) => record(row, options, { kind: 'destroyed', changes: {} }));
  add('afterRestore', (row, options) => record(row, options, { kind: 'restored', changes: {} }));
  return remove;
}

type RowHook = (row: Model, options: WriteOptions) => Promise<void> | void;
