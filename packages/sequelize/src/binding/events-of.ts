import type { Changes, NewEvent } from '@hookline/core';
import type { Transaction } from 'sequelize';
import type { RowChange } from '../capture/row-change.js';
import type { BindingPlan } from './binding-plan.js';
import { pick } from './changes.js';
import { subjectOf } from './model-data.js';

/**
 * The events that a change of a row becomes by its binding: none where nothing changed that means something.
 * Throws EVENT_DATA_INVALID, and what `data` and `account` throw.
 */
export async function eventsOf(
  plan: BindingPlan,
  change: RowChange,
  transaction: Transaction | null,
): Promise<readonly NewEvent[]> {
  const { row } = change;
  const { types, changes } = decide(plan, change);
  const subject = subjectOf(plan.model, row);
  const events: NewEvent[] = [];
  for (const type of types) {
    const data = await plan.data(row, { type, transaction });
    const account = plan.account(row, type);
    events.push({
      type,
      data,
      ...(account !== undefined && { account }),
      ...(subject && { subject }),
      ...(!isEmpty(changes) && { changes }),
    });
  }
  return events;
}

interface Decision {
  readonly types: ReadonlySet<string>;
  readonly changes: Changes;
}

function decide(plan: BindingPlan, change: RowChange): Decision {
  if (change.kind !== 'updated') return { types: setOf([plan[change.kind]]), changes: {} };
  const changes = pick(change.changes, plan.traced);
  if (isEmpty(changes)) return { types: new Set(), changes };
  const shown = pick(changes, plan.shown);
  const updated = isEmpty(shown) ? undefined : plan.updated;
  const special = plan.when.filter(([, holds]) => holds(changes, change.row)).map(([type]) => type);
  return { types: setOf([updated, ...special]), changes: plan.showsChanges ? shown : {} };
}

function setOf(types: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(types.filter((type) => type !== undefined));
}

function isEmpty(changes: Changes): boolean {
  return Object.keys(changes).length === 0;
}
