import type { Model } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { compareRow } from './compare-rows.js';
import { copyRow, internalsOf, modelOf, type Values } from './copy-row.js';
import type { RowChange } from './row-change.js';
import { lockToWrite, type RowLock } from './row-lock.js';
import { isIdentified, readStored, type WriteOptions } from './stored-row.js';

/** What Sequelize passes to the hooks of a row. */
export interface RowOptions extends WriteOptions {
  /** Whoever changes it in a hook before the write changes the write. */
  returning?: boolean | readonly string[];
}

interface RowWrite {
  /** Whether events of the binding may come of it. */
  isOfUse(plan: BindingPlan): boolean;
  /** Runs in the hook before the write. Answers the row as it is; null where it is new, or turns out to be gone. */
  begin(row: Model, options: RowOptions): Promise<Model | null>;
  /** Runs in the hook after it; null where it changed nothing. */
  conclude(row: Model, options: RowOptions, before: Model | null): Promise<RowChange | null>;
}

/** By default a new row comes back with all of its columns; where the app wants less, at least with its key. */
const create: RowWrite = {
  isOfUse: ({ created }) => created !== undefined,
  begin: async (row, options) => {
    const { returning = false } = options;
    const keys = keyColumnsOf(row);
    // an empty list would stand for all columns
    if (returning !== true && keys.length > 0) options.returning = [...keys, ...(returning || [])];
    return null;
  },
  conclude: async (row, options) => {
    const after = options.returning === true ? row : await rowAfter(row, options);
    return after && { kind: 'created', row: after, changes: {} };
  },
};

/**
 * The instance knows neither what the row was nor what it is: it may have been read in part, or long ago, or be written
 * by several calls at once; JSON may have been mutated in place; a value may be an expression, or come out of its
 * column as another; and of an attribute that was set twice Sequelize holds the first of these values for the previous
 * one. To have the statement answer with the row (RETURNING) would put it on the instance, over what the app does there.
 */
const update: RowWrite = {
  isOfUse: ({ updated, when, destroyed, restored, model }) =>
    updated !== undefined || when.length > 0 || (isParanoid(model) && (destroyed ?? restored) !== undefined),
  begin: (row, options) => rowBefore(row, options, lockToWrite(modelOf(row), row.changed() || [])),
  conclude: async (row, options, before) => {
    if (before === null) return null;
    const after = await rowAfter(row, options);
    return after && compareRow(modelOf(row), before, after);
  },
};

const remove: RowWrite = {
  isOfUse: ({ destroyed }) => destroyed !== undefined,
  begin: (row, options) => rowBefore(row, options, 'UPDATE'),
  conclude: async (row, _, before) => compareRow(modelOf(row), before, null),
};

/** A paranoid row is updated: it gets its mark of deletion. */
const destroy: RowWrite = {
  isOfUse: (plan) => remove.isOfUse(plan),
  begin: (row, options) => (isRemoval(row, options) ? remove : update).begin(row, options),
  conclude: (row, options, before) =>
    (isRemoval(row, options) ? remove : update).conclude(row, options, before),
};

/** By the names that Sequelize gives them in its hooks. */
export const ROW_WRITES = { Create: create, Update: update, Destroy: destroy, Restore: update } as const;

function isRemoval(row: Model, { force }: RowOptions): boolean {
  return force === true || !isParanoid(modelOf(row));
}

function isParanoid({ options }: BindingPlan['model']): boolean {
  return options.paranoid === true;
}

function keyColumnsOf(row: Model): readonly string[] {
  const model = modelOf(row);
  return model.primaryKeyAttributes.map((name) => model.getAttributes()[name]?.field ?? name);
}

/** Read and locked; as the instance has it where it cannot be found again. */
async function rowBefore(row: Model, options: RowOptions, lock: RowLock): Promise<Model | null> {
  const memory = { ...internalsOf(row).dataValues, ...(row.previous() as Values) };
  if (!isIdentified(row)) return copyRow(row, memory);
  const stored = await readStored(row, options, lock);
  return stored && copyRow(row, internalsOf(stored).dataValues);
}

async function rowAfter(row: Model, options: RowOptions): Promise<Model | null> {
  if (!isIdentified(row)) return row;
  const stored = await readStored(row, options);
  return stored && copyRow(row, internalsOf(stored).dataValues);
}
