import type { Model, ModelStatic } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { type BulkCreateOptions, followBulkCreate } from './bulk-create.js';
import { followWrite } from './bulk-rows.js';
import { type BulkOptions, type Conclude, destroyOf, restoreOf, updateOf } from './bulk-write.js';
import { captureIncrement, isOf } from './increment.js';
import { followUpsert, type UpsertOptions } from './upsert-hooks.js';
import { type Method, wrapMethod } from './wrap-method.js';

/** Sees the writes of many rows. Answers the function that takes this back. */
export function captureBulk(plan: BindingPlan): () => void {
  const removes = [captureHooks(plan), captureIncrement(plan)];
  return () => {
    for (const remove of removes.toReversed()) remove();
  };
}

type Before = (
  plan: BindingPlan,
  model: ModelStatic<Model>,
  args: readonly unknown[],
) => Promise<Conclude | null>;

const BEFORE: Readonly<Record<string, Before>> = {
  beforeBulkCreate: (plan, model, [instances, options]) =>
    followBulkCreate(plan, model, instances as readonly Model[], options as BulkCreateOptions),
  beforeBulkUpdate: (plan, model, [options]) => followWrite(plan, updateOf(model, options as BulkOptions)),
  beforeBulkDestroy: (plan, model, [options]) => followWrite(plan, destroyOf(model, options as BulkOptions)),
  beforeBulkRestore: (plan, model, [options]) => followWrite(plan, restoreOf(model, options as BulkOptions)),
  beforeUpsert: (plan, _, [, options]) => followUpsert(plan, options as UpsertOptions),
};

const AFTER: ReadonlySet<string> = new Set(
  Object.keys(BEFORE).map((type) => type.replace('before', 'after')),
);

/**
 * Comes after all hooks before a write, which may change what it writes, and before all hooks after it, which may write
 * themselves: those of the model, and those of Sequelize, whenever they were added.
 */
function captureHooks(plan: BindingPlan): () => void {
  const concludes = new WeakMap<object, Conclude>();
  const wrapper = (runHooks: Method): Method =>
    function (...given) {
      const [type] = given as [string];
      const isOurs = (type in BEFORE || AFTER.has(type)) && isOf(this as ModelStatic<Model>, plan);
      return isOurs
        ? runOurs(() => runHooks.apply(this, given), this as ModelStatic<Model>, given)
        : runHooks.apply(this, given);
    };
  const runOurs = async (
    run: () => Promise<unknown>,
    model: ModelStatic<Model>,
    given: readonly unknown[],
  ) => {
    const [type, ...args] = given as [string, ...unknown[]];
    // The same object in both.
    const call = args.at(-1) as object;
    await concludes.get(call)?.();
    concludes.delete(call);
    await run();
    const conclude = await BEFORE[type]?.(plan, model, args);
    if (conclude) concludes.set(call, conclude);
  };
  return wrapMethod(plan.model, 'runHooks', wrapper);
}
