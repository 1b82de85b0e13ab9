import type { Changes, NewEvent } from '@hookline/core';
import type { Model, Transaction } from 'sequelize';
import type { RowChange } from '../capture/row-change.js';
import type { BindingPlan } from './binding-plan.js';
import { deletedAtOf, pick } from './changes.js';
import { subjectOf } from './model-data.js';
import { redactRow } from './redact-row.js';

/**
 * The events that a change of a row becomes by its binding: none where nothing changed that means something.
 * Throws EVENT_DATA_INVALID, and what `data` and `account` throw.
 */
export async function eventsOf(
  plan: BindingPlan,
  change: RowChange,
  transaction: Transaction | null,
): Promise<readonly NewEvent[]> {
  const { types, changes } = decide(plan, change);
  const events: NewEvent[] = [];
  for (const type of types) {
    const event = await eventOfRow(plan, type, change.row, transaction);
    events.push(isEmpty(changes) ? event : { ...event, changes });
  }
  return events;
}

/** An event of this type about a row as it is. Throws as `eventsOf` does. */
export async function eventOfRow(
  plan: BindingPlan,
  type: string,
  row: Model,
  transaction: Transaction | null,
): Promise<NewEvent> {
  const data = await plan.data(redactRow(row, plan.redacted), { type, transaction });
  const account = plan.account(row, type);
  const subject = subjectOf(plan.model, row);
  return { type, data, ...(account !== undefined && { account }), ...(subject && { subject }) };
}

interface Decision {
  readonly types: ReadonlySet<string>;
  readonly changes: Changes;
}

function decide(plan: BindingPlan, change: RowChange): Decision {
  const { kind, row } = change;
  if (kind === 'created' || kind === 'destroyed') return { types: setOf([plan[kind]]), changes: {} };
  const changes = pick(change.changes, plan.traced);
  const shown = pick(changes, plan.shown);
  const visible = plan.showsChanges ? shown : {};
  if (kind === 'restored') return { types: setOf([plan.restored]), changes: withoutMark(plan, visible) };
  if (isEmpty(changes)) return { types: new Set(), changes };
  const updated = isEmpty(shown) ? undefined : plan.updated;
  const special = plan.when.filter(([, holds]) => holds(changes, row)).map(([type]) => type);
  return { types: setOf([updated, ...special]), changes: visible };
}

/** That a row which came back is not marked as deleted any more goes without saying. */
function withoutMark({ model }: BindingPlan, changes: Changes): Changes {
  const mark = deletedAtOf(model);
  return Object.fromEntries(Object.entries(changes).filter(([name]) => name !== mark));
}

function setOf(types: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(types.filter((type) => type !== undefined));
}

function isEmpty(changes: Changes): boolean {
  return Object.keys(changes).length === 0;
}
