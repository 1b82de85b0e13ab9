import type { Reconciled, ReconcileOptions, Store } from '@hookline/core';
import type { BindingPlan } from '../binding/binding-plan.js';
import { planPass } from './plan-pass.js';
import { reconcileGone } from './reconcile-gone.js';
import { reconcileLiving } from './reconcile-living.js';

/** Tells of rows that are not as their last event says, and of those that are gone. Throws OPTION_INVALID. */
export async function reconcileRows(
  plan: BindingPlan,
  options: ReconcileOptions,
  store: Store,
): Promise<Reconciled> {
  const pass = planPass(plan, options, store);
  const living = await reconcileLiving(pass);
  const destroyed = await reconcileGone(pass);
  return { ...living, destroyed };
}
