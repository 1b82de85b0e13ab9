import type { NewEvent } from '@hookline/core';
import type { Transaction } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { eventsOf } from '../binding/events-of.js';
import type { RowChange } from './row-change.js';

/** What is built before it is written, so that a write of many rows is not all in memory twice. */
const PORTION = 500;

/** Makes events of changes and stores them in the transaction of the write. */
export async function recordChanges(
  plan: BindingPlan,
  changes: readonly RowChange[],
  transaction: Transaction | null,
): Promise<void> {
  for (let start = 0; start < changes.length; start += PORTION) {
    const events: NewEvent[] = [];
    for (const change of changes.slice(start, start + PORTION)) {
      events.push(...(await eventsOf(plan, change, transaction)));
    }
    if (events.length > 0) await plan.hub.dispatchAll(events, { transaction, unlessCaptured: plan.table });
  }
}
