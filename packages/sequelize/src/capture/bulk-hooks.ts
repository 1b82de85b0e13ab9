import type { BindingPlan } from '../binding/binding-plan.js';

/** Sees the writes of many rows. Answers the function that takes its hooks out again. */
export function captureBulk(_plan: BindingPlan): () => void {
  return () => {};
}
