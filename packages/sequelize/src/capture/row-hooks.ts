import type { Model } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { recordChanges } from './record-changes.js';
import { ROW_WRITES, type RowOptions } from './row-writes.js';

const HOOK = 'hookline';

/** Sees the writes of one row. Answers the function that takes its hooks out again. */
export function captureRows(plan: BindingPlan): () => void {
  const writes = new WeakMap<RowOptions, Model | null>();
  const ofUse = Object.entries(ROW_WRITES).filter(([, write]) => plan.coalesce || write.isOfUse(plan));
  const removals = ofUse.flatMap(([name, { begin, conclude }]) => [
    addHook(plan, `before${name}`, async (row, options) => {
      writes.set(options, await begin(row, options));
    }),
    addHook(plan, `after${name}`, async (row, options) => {
      const before = writes.get(options);
      if (before === undefined) return;
      const change = await conclude(row, options, before);
      if (change) await recordChanges(plan, [change], options.transaction ?? null);
    }),
  ]);
  return () => {
    for (const remove of removals) remove();
  };
}

/** Whoever writes many rows and runs the hooks of each sees them together. */
function addHook(
  { model }: BindingPlan,
  name: string,
  hook: (row: Model, options: RowOptions) => Promise<void>,
): () => void {
  const type = name as 'afterCreate';
  const ofOneRow = (row: Model, options: RowOptions) =>
    options.individualHooks ? undefined : hook(row, options);
  model.removeHook(type, HOOK);
  model.addHook(type, HOOK, ofOneRow as never);
  return () => model.removeHook(type, HOOK);
}
