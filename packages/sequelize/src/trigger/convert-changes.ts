import { type Changes, HooklineError, type NewEvent } from '@hookline/core';
import type { Model, ModelStatic, Transaction } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { eventsOf } from '../binding/events-of.js';
import type { BulkSummary } from '../binding/model-binding.js';
import { compareRow, isDeleted } from '../capture/compare-rows.js';
import type { RowChange } from '../capture/row-change.js';
import type { Tables } from '../tables.js';
import { type Images, readImages } from './read-images.js';
import type { RecordedChange } from './recorded-change.js';
import { readContext } from './share-context.js';

/** A change with the row before and after it; of several changes what they come to. */
interface Step extends Images {
  /** The last one. */
  readonly change: RecordedChange;
  readonly hidden: readonly string[];
}

/** The events of changes of one table by one binding, each with the change it came from, in their order. */
export async function convertChanges(
  tables: Tables,
  plan: BindingPlan,
  changes: readonly RecordedChange[],
  transaction: Transaction,
): Promise<readonly Converted[]> {
  const images = await readImages(tables, plan.model, changes, transaction);
  const steps = changes.map((change) => ({
    ...(images.get(change.id) as Images),
    ...{ change, hidden: change.hidden },
  }));
  const converted: Converted[] = [];
  for (const step of plan.coalesce ? netSteps(plan.model, steps) : steps) {
    const { occurredAt: timestamp, context } = step.change;
    for (const event of await eventsOfStep(plan, step, transaction)) {
      const place = { timestamp, context: readContext(context) };
      converted.push({ change: step.change, event: { ...event, ...place } });
    }
  }
  return converted;
}

export interface Converted {
  readonly change: RecordedChange;
  readonly event: NewEvent;
}

async function eventsOfStep(
  plan: BindingPlan,
  step: Step,
  transaction: Transaction,
): Promise<readonly NewEvent[]> {
  if (step.change.summary !== null) return summaryOf(plan, step);
  const change = rowChangeOf(plan.model, step);
  return change === null ? [] : eventsOf(plan, change, transaction);
}

function rowChangeOf(model: ModelStatic<Model>, { before, after, hidden }: Step): RowChange | null {
  const seen = compareRow(model, before, after);
  if (hidden.length === 0 || before === null || after === null) return seen;
  if (seen === null && !isDeleted(model, after)) {
    return { kind: 'updated', row: after, changes: unknownChanges(model, hidden) };
  }
  if (seen === null || seen.kind === 'destroyed') return seen;
  return { ...seen, changes: { ...seen.changes, ...unknownChanges(model, hidden) } };
}

/** That these changed is known, and not how. */
function unknownChanges(model: ModelStatic<Model>, columns: readonly string[]): Changes {
  const attributes = Object.entries(model.getAttributes());
  const names = attributes.filter(([name, { field = name }]) => columns.includes(field));
  return Object.fromEntries(names.map(([name]) => [name, { previous: undefined, current: undefined }]));
}

/** What happened to each row in each transaction comes to one step, where the last of it stood. */
function netSteps(model: ModelStatic<Model>, steps: readonly Step[]): readonly Step[] {
  const net = new Map<string, Step>();
  for (const step of steps) {
    const key = keyOf(model, step);
    const first = net.get(key);
    net.delete(key);
    net.set(key, first === undefined ? step : merged(first, step));
  }
  return [...net.values()];
}

function merged(first: Step, last: Step): Step {
  return { ...last, before: first.before, hidden: [...new Set([...first.hidden, ...last.hidden])] };
}

function keyOf(model: ModelStatic<Model>, { change, before, after }: Step): string {
  if (change.summary !== null) return change.id;
  const row = (after ?? before) as Model;
  const values = model.primaryKeyAttributes.map((name) => String(row.getDataValue(name as never)));
  return JSON.stringify([change.transactionId, ...values]);
}

/** Of many rows; the image of it has what they have in common. Throws SUMMARY_MISSING: it waits until there is one. */
function summaryOf(plan: BindingPlan, { change, after }: Step): readonly NewEvent[] {
  const { model, summary: type, accountAttribute: attribute } = plan;
  const { operation, count } = change.summary as NonNullable<RecordedChange['summary']>;
  if (type === undefined) throw new HooklineError('SUMMARY_MISSING', { model: model.name, operation, count });
  const data: BulkSummary = { model: model.name, operation, count };
  const account = attribute === undefined ? undefined : after?.getDataValue(attribute as never);
  return [{ type, data, ...(account !== undefined && { account }) }];
}
