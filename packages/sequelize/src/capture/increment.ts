import type { Model, ModelStatic, Transaction } from 'sequelize';
import { ambientTransaction } from '../ambient-transaction.js';
import type { BindingPlan } from '../binding/binding-plan.js';
import { followWrite } from './bulk-rows.js';
import { type BulkOptions, incrementOf } from './bulk-write.js';
import { type Method, wrapMethod } from './wrap-method.js';

/**
 * Sees `increment` and `decrement`, of the model and of its instances, which run no hooks: all of them come down to this
 * method. Answers the function that takes this back.
 */
export function captureIncrement(plan: BindingPlan): () => void {
  const wrapper = (increment: Method): Method =>
    async function (fields, given) {
      const options = (given ?? {}) as BulkOptions;
      const model = this as ModelStatic<Model>;
      if (!isOf(model, plan) || !options.where || options.hooks === false) {
        return increment.call(this, fields, given);
      }
      const unscoped = model.unscoped();
      const call = { ...options, where: scoped(model, options), transaction: transactionOf(model, options) };
      const conclude = await followWrite(plan, incrementOf(unscoped, call, namesIn(fields)));
      const answer = await increment.call(unscoped, fields, call);
      await conclude?.();
      return answer;
    };
  return wrapMethod(plan.model, 'increment', wrapper);
}

/** Not a model of its own that inherits from the one that is bound. */
export function isOf({ options }: ModelStatic<Model>, plan: BindingPlan): boolean {
  return options === plan.model.options;
}

/** What is used of a model's internals. All of Sequelize 6 has it. */
interface WithScope {
  _injectScope(options: { where?: unknown }): void;
}

/** The condition of the call, and of the scope it is made in. */
function scoped(model: ModelStatic<Model>, { where }: BulkOptions): BulkOptions['where'] {
  const options = { where };
  (model as unknown as WithScope)._injectScope(options);
  return options.where;
}

/** The method leaves this to its statement. */
function transactionOf(model: ModelStatic<Model>, { transaction }: BulkOptions): Transaction | null {
  if (transaction !== undefined) return transaction;
  const ambient = model.sequelize && ambientTransaction(model.sequelize);
  return (ambient as Transaction | undefined) ?? null;
}

/** `'views'`, `['views', 'likes']`, `{ views: 2 }` */
function namesIn(fields: unknown): readonly string[] {
  if (typeof fields === 'string') return [fields];
  return Array.isArray(fields) ? (fields as readonly string[]) : Object.keys(fields as object);
}
