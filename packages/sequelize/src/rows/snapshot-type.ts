import type { BindingPlan } from '../binding/binding-plan.js';

/** Rows without a key have no order to be read in, and no subject to be known by. */
export function snapshotTypeOf({ model, created, updated }: BindingPlan): string | null {
  return model.primaryKeyAttributes.length === 0 ? null : (created ?? updated ?? null);
}
