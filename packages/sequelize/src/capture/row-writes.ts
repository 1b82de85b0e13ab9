import type { Model } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { type AskedRow, askForRow, type RowOptions, takeRow } from './asked-row.js';
import { compareRow } from './compare-rows.js';
import { copyRow, internalsOf, modelOf, type Values } from './copy-row.js';
import type { RowChange } from './row-change.js';
import { isIdentified, readStored } from './stored-row.js';

/** What is known when a write begins. */
export interface Begun {
  /** The row as it was; null where it is new, or turned out to be gone. */
  readonly before: Model | null;
  /** How the statement answers with the row as it is then; null where it was not asked to. */
  readonly asked: AskedRow | null;
}

interface RowWrite {
  /** Whether events of the binding may come of it. */
  isOfUse(plan: BindingPlan): boolean;
  /** Runs in the hook before the write. */
  begin(row: Model, options: RowOptions): Promise<Begun>;
  /** Runs in the hook after it; null where it changed nothing. */
  conclude(row: Model, options: RowOptions, begun: Begun): Promise<RowChange | null>;
}

/** By default a new row comes back with all of its columns. */
const create: RowWrite = {
  isOfUse: ({ created }) => created !== undefined,
  begin: async (row, options) => ({
    before: null,
    asked: options.returning === true ? null : askForRow(row, options),
  }),
  conclude: async (row, options, { asked }) => {
    const after = options.returning === true ? row : await rowAfter(row, options, asked);
    return after && { kind: 'created', row: after, changes: {} };
  },
};

/**
 * The instance does not know what the row was: it may have been read in part, or long ago; JSON may have been mutated
 * in place; and of an attribute that was set twice Sequelize holds the first of these values for the previous one.
 */
const update: RowWrite = {
  isOfUse: ({ updated, when, destroyed, restored, model }) =>
    updated !== undefined || when.length > 0 || (isParanoid(model) && (destroyed ?? restored) !== undefined),
  begin: async (row, options) => {
    const asked = askForRow(row, options);
    return { asked, before: await rowBefore(row, options) };
  },
  conclude: async (row, options, { asked, before }) => {
    const after = await rowAfter(row, options, asked);
    return before && after && compareRow(modelOf(row), before, after);
  },
};

const remove: RowWrite = {
  isOfUse: ({ destroyed }) => destroyed !== undefined,
  begin: async (row, options) => ({ asked: null, before: await rowBefore(row, options) }),
  conclude: async (row, _, { before }) => compareRow(modelOf(row), before, null),
};

/** A paranoid row is updated: it gets its mark of deletion. */
const destroy: RowWrite = {
  isOfUse: (plan) => remove.isOfUse(plan),
  begin: (row, options) => (isRemoval(row, options) ? remove : update).begin(row, options),
  conclude: (row, options, begun) =>
    (isRemoval(row, options) ? remove : update).conclude(row, options, begun),
};

/** By the names that Sequelize gives them in its hooks. */
export const ROW_WRITES = { Create: create, Update: update, Destroy: destroy, Restore: update } as const;

function isRemoval(row: Model, { force }: RowOptions): boolean {
  return force === true || !isParanoid(modelOf(row));
}

function isParanoid({ options }: BindingPlan['model']): boolean {
  return options.paranoid === true;
}

/** Read and locked; as the instance has it where it cannot be found again. */
async function rowBefore(row: Model, options: RowOptions): Promise<Model | null> {
  const memory = { ...internalsOf(row).dataValues, ...(row.previous() as Values) };
  if (!isIdentified(row)) return copyRow(row, memory);
  const stored = await readStored(row, options, 'locked');
  return stored && copyRow(row, internalsOf(stored).dataValues);
}

async function rowAfter(row: Model, options: RowOptions, asked: AskedRow | null): Promise<Model | null> {
  if (asked !== null) {
    const image = takeRow(row, options, asked);
    return image && copyRow(row, image);
  }
  if (!isIdentified(row)) return row;
  const stored = await readStored(row, options, 'free');
  return stored && copyRow(row, internalsOf(stored).dataValues);
}
