import type { RowSource } from '@hookline/core';
import type { BindingPlan } from '../binding/binding-plan.js';
import { readFresh } from './read-fresh.js';
import { readPage } from './read-page.js';
import { reconcileRows } from './reconcile.js';
import { snapshotTypeOf } from './snapshot-type.js';
import { unseenWrites } from './unseen-writes.js';

/** Makes the rows of the model known to its hub. Answers the function that takes them out again. */
export function offerRows(plan: BindingPlan): () => void {
  const { model, hub } = plan;
  const source: RowSource = {
    model,
    name: model.name,
    // associations are often defined after the binding
    get unseen() {
      return unseenWrites(plan);
    },
    snapshotType: snapshotTypeOf(plan),
    read: (request) => readPage(plan, request),
    readData: (id, type) => readFresh(plan, id, type),
    reconcile: (options, store) => reconcileRows(plan, options, store),
  };
  return hub.addRows?.(source) ?? (() => {});
}
