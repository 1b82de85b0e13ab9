import type { Sequelize, Transaction } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { inTurn } from '../capture/turns.js';
import {
  BULK_METHODS,
  givenTransaction,
  inTransaction,
  ROW_METHODS,
  type WriteOptions,
} from '../capture/wrap-in-transaction.js';
import { type Method, wrapMethod } from '../capture/wrap-method.js';
import { hasContext, isContextAbout, keepContextShared } from './share-context.js';

/** Has what triggers record taken soon; with a transaction, when that has ended. */
type Wake = (transaction: unknown) => void;

/**
 * Tells the database in which context a write through this model is, where there is one, and the relays that there is
 * something to take. For the context a transaction is opened where the write has none, unless the binding says that
 * none is to be. Answers the function that takes this back.
 */
export function announceWrites(plan: BindingPlan, wake: Wake): () => void {
  const { model } = plan;
  const unwraps = [
    ...Object.entries(ROW_METHODS).map(([name, at]) =>
      wrapMethod(model.prototype, name, announced(plan, at, wake)),
    ),
    ...Object.entries(BULK_METHODS).map(([name, at]) => wrapMethod(model, name, announced(plan, at, wake))),
  ];
  return () => {
    for (const unwrap of unwraps) unwrap();
  };
}

function announced(
  { model, transaction: mode }: BindingPlan,
  position: number,
  wake: Wake,
): (original: Method) => Method {
  const sequelize = model.sequelize as Sequelize;
  return (original) =>
    async function (...args) {
      const options = (args[position] ?? {}) as WriteOptions;
      const given = givenTransaction(model, options);
      const isOpened = given === null && mode !== 'off' && hasContext();
      const write = async (transaction: Transaction) => {
        await keepContextShared(transaction);
        if (isOpened) args[position] = { ...options, transaction };
        return original.apply(this, args);
      };
      const writeIn = (transaction: Transaction) =>
        isContextAbout(transaction)
          ? inTurn(transaction, () => write(transaction))
          : original.apply(this, args);
      const result = isOpened
        ? await inTransaction(sequelize, options, this, write)
        : await (given === null ? original.apply(this, args) : writeIn(given));
      wake(given);
      return result;
    };
}
