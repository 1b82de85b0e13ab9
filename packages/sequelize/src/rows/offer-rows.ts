import type { BindingPlan } from '../binding/binding-plan.js';

/** Makes the rows of the model known to its hub. Answers the function that takes them out again. */
export function offerRows(_plan: BindingPlan): () => void {
  return () => {};
}
