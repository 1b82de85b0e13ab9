import { HooklineError } from '@hookline/core';
import type { Model, ModelStatic, Sequelize, Transaction, TransactionOptions } from 'sequelize';
import { ambientTransaction } from '../ambient-transaction.js';
import type { BindingPlan } from '../binding/binding-plan.js';
import { internalsOf } from './copy-row.js';
import { rememberGiven } from './given-values.js';
import { inTurn } from './turns.js';
import { type Method, wrapMethod } from './wrap-method.js';

export interface WriteOptions {
  readonly transaction?: Transaction | null;
  readonly hooks?: boolean;
  readonly individualHooks?: boolean;
  readonly fields?: readonly string[];
  /** Whose method it is, where a static one does its work. */
  readonly instance?: Model;
  readonly logging?: NonNullable<TransactionOptions['logging']>;
}

/** The methods that write one row, and run its hooks unless they are told not to. */
export const ROW_METHODS = { save: 0, destroy: 0, restore: 0 } as const;
/** The methods that write many rows; where their options are. All others come down to these and to those of a row. */
export const BULK_METHODS = {
  bulkCreate: 1,
  update: 1,
  upsert: 1,
  increment: 1,
  destroy: 0,
  restore: 0,
} as const;

/**
 * Makes every write of this model that makes events atomic with them: where there is neither `options.transaction`
 * nor a transaction in Sequelize's CLS, one is opened around it, or the write is refused, as the binding says. In a
 * transaction one such write comes after the other, so that what each finds, writes and makes events of is its own.
 * Answers the function that takes this back.
 */
export function wrapInTransaction(plan: BindingPlan): () => void {
  if (plan.transaction === 'off') return () => {};
  const { model } = plan;
  const isRowSeen = ({ hooks }: WriteOptions) => hooks !== false;
  const areRowsSeen = ({ hooks, individualHooks, instance }: WriteOptions) =>
    hooks !== false && (plan.bulk !== 'off' || individualHooks === true || instance !== undefined);
  const unwraps = [
    ...Object.entries(ROW_METHODS).map(([name, position]) =>
      wrapMethod(model.prototype, name, enclosed(plan, name, position, isRowSeen)),
    ),
    ...Object.entries(BULK_METHODS).map(([name, position]) =>
      wrapMethod(model, name, enclosed(plan, name, position, name === 'upsert' ? isRowSeen : areRowsSeen)),
    ),
  ];
  return () => {
    for (const unwrap of unwraps) unwrap();
  };
}

function enclosed(
  plan: BindingPlan,
  name: string,
  position: number,
  isSeen: (options: WriteOptions) => boolean,
): (original: Method) => Method {
  const { model, transaction: mode } = plan;
  return (original) =>
    async function (...args) {
      const options = (args[position] ?? {}) as WriteOptions;
      if (!isSeen(options)) return original.apply(this, args);
      const given = givenTransaction(model, options);
      const putBack = rememberGiven(this, options.fields);
      const write = () => {
        putBack();
        return original.apply(this, args);
      };
      if (given !== null) return takesTurn(plan, name, this) ? inTurn(given, write) : write();
      if (mode === 'require') {
        throw new HooklineError('TRANSACTION_REQUIRED', { model: model.name, operation: `${name}()` });
      }
      return inTransaction(sequelizeOf(model), options, this, (transaction) => {
        args[position] = { ...options, transaction };
        return write();
      });
    };
}

/** A new row was not there before, so nothing about it is read that another write could change. */
function takesTurn({ onOutboxError, coalesce }: BindingPlan, name: string, target: unknown): boolean {
  const { isNewRecord } = target as { readonly isNewRecord?: unknown };
  const isCreation = name === 'save' && isNewRecord === true;
  return !isCreation || coalesce || onOutboxError === 'log';
}

/** An instance whose write was rolled back is as it was, so that it can be written again. */
export async function inTransaction(
  sequelize: Sequelize,
  { logging }: WriteOptions,
  target: unknown,
  write: (transaction: Transaction) => Promise<unknown>,
): Promise<unknown> {
  const putBack = typeof target === 'function' ? () => {} : remember(target as Model);
  try {
    return await sequelize.transaction(logging === undefined ? {} : { logging }, write);
  } catch (error) {
    putBack();
    throw error;
  }
}

/** Answers the function that makes the instance what it is now. */
function remember(row: Model): () => void {
  const { isNewRecord } = row;
  const { dataValues, _previousDataValues: previous, _changed: changed } = internalsOf(row);
  const [values, previousValues, names] = [{ ...dataValues }, { ...previous }, new Set(changed)];
  return () => {
    const memory = { dataValues: values, _previousDataValues: previousValues, _changed: names };
    Object.assign(row, memory, { isNewRecord });
  };
}

/** The caller's own, given or found in the CLS. An explicit null means: not the one in the CLS. */
export function givenTransaction(
  model: ModelStatic<Model>,
  { transaction }: WriteOptions,
): Transaction | null {
  if (transaction !== undefined) return transaction;
  return (ambientTransaction(sequelizeOf(model)) as Transaction | undefined) ?? null;
}

function sequelizeOf({ sequelize }: ModelStatic<Model>): Sequelize {
  return sequelize as Sequelize;
}
