import type { Model, ModelStatic } from 'sequelize';
import type { BulkSummary } from '../binding/model-binding.js';
import { type Condition, type Life, type Naming, whereLife } from './bulk-where.js';
import { lockToWrite, type RowLock } from './row-lock.js';
import type { WriteOptions } from './stored-row.js';

/** What is to be done when the write is done. */
export type Conclude = () => Promise<void>;

/** What Sequelize passes to the hooks of a write of many rows: the same object before and after it. */
export interface BulkOptions extends WriteOptions {
  /** Whoever changes it in a hook before the write changes the write. */
  where?: Condition;
  readonly model?: ModelStatic<Model>;
  readonly hooks?: boolean;
  readonly truncate?: boolean;
  readonly limit?: number | null;
  /** What an update writes. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Whose method it is, where it is that of an instance. */
  readonly instance?: Model;
}

/** A write of the rows that a `where` means. */
export interface BulkWrite {
  readonly operation: BulkSummary['operation'];
  /** The method, as errors name it. */
  readonly method: string;
  /** As the call has it: it may be of another schema than the one that is bound. */
  readonly model: ModelStatic<Model>;
  readonly options: BulkOptions;
  readonly where: Condition;
  /** In what names the write takes its `where`. */
  readonly naming: Naming;
  /** Which of the rows can become another by it; null for all. */
  readonly life: Life | null;
  readonly lock: RowLock;
  readonly limit?: number | undefined;
  /** Of an update: what it writes, by attribute. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Whether it takes all rows of the table without asking for any. */
  readonly isTruncate: boolean;
  /** Whether it is the write of one row, which is no bulk write. */
  readonly isOne: boolean;
}

/** The rows that the write means and may make others, in the names of attributes, or of columns where it has those. */
export function whereMeant({ model, where, life }: BulkWrite): readonly Condition[] {
  return [where, life === null ? undefined : whereLife(model, life, 'attributes')];
}

const ANY = { limit: undefined, written: {}, isTruncate: false, isOne: false } as const;

/** `where` has the scope and the paranoid clause in it. */
export function updateOf(model: ModelStatic<Model>, options: BulkOptions): BulkWrite {
  const { where, attributes: written = {} } = options;
  const how = { operation: 'updated', method: 'update()', naming: 'attributes' } as const;
  return {
    ...ANY,
    ...how,
    model,
    options,
    where,
    written,
    life: null,
    lock: lockToWrite(model, Object.keys(written)),
  };
}

/** With `force`, rows that are marked as deleted go for good: for those who were told, they had gone before. */
export function destroyOf(model: ModelStatic<Model>, options: BulkOptions): BulkWrite {
  const isParanoid = model.options.paranoid === true;
  const isMarking = isParanoid && options.force !== true;
  // Sequelize marks without the limit.
  const limit = isMarking ? undefined : (options.limit ?? undefined);
  const isTruncate = options.truncate === true && !isMarking;
  const where = isTruncate ? undefined : options.where;
  const how = { operation: 'destroyed', method: 'destroy()', naming: 'columns' } as const;
  const life = isParanoid && limit === undefined ? 'living' : null;
  const lock = isMarking ? 'NO KEY UPDATE' : 'UPDATE';
  return { ...ANY, ...how, model, options, where, limit, isTruncate, life, lock };
}

export function restoreOf(model: ModelStatic<Model>, options: BulkOptions): BulkWrite {
  const { where } = options;
  const how = { operation: 'restored', method: 'restore()', naming: 'columns' } as const;
  return { ...ANY, ...how, model, options, where, life: 'deleted', lock: 'NO KEY UPDATE' };
}

/** Rows that are marked as deleted are written as well, and nobody is told of them. */
export function incrementOf(
  model: ModelStatic<Model>,
  options: BulkOptions,
  attributes: readonly string[],
): BulkWrite {
  const written = Object.fromEntries(attributes.map((name) => [name, undefined]));
  const life = model.options.paranoid === true ? 'living' : null;
  const isOne = options.instance !== undefined;
  return { ...updateOf(model, options), method: 'increment()', written, life, isOne };
}
