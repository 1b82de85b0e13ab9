import { HooklineError, type NewEvent } from '@hookline/core';
import { errorFields } from '@hookline/core/adapter';
import type { Transaction } from 'sequelize';
import { type BindingPlan, tableOf } from '../binding/binding-plan.js';
import { eventsOf } from '../binding/events-of.js';
import { type Coalesced, coalesceChange } from './coalesce-changes.js';
import { modelOf } from './copy-row.js';
import type { RowChange } from './row-change.js';
import { behindSavepoint, spoil } from './savepoint.js';
import { inTurn } from './turns.js';

/** What is built before it is written, so that a write of many rows is not all in memory twice. */
const PORTION = 500;

/**
 * Makes events of changes and stores them in the transaction of the write, each portion with one statement. Where that
 * fails, the binding says whether the writer gets the error, and so undoes the write, or the log does.
 */
export async function recordChanges(
  plan: BindingPlan,
  changes: readonly RowChange[],
  transaction: Transaction | null,
): Promise<void> {
  if (changes.length === 0) return;
  const isMerged = plan.coalesce && transaction !== null;
  const record = isMerged
    ? () => recordMerged(plan, changes, transaction)
    : () => recordEach(plan, changes, transaction);
  await recorded(plan, transaction, record);
}

/** The same for events about no row. */
export async function recordEvents(
  plan: BindingPlan,
  events: readonly NewEvent[],
  transaction: Transaction | null,
): Promise<void> {
  if (events.length === 0) return;
  await recorded(plan, transaction, async () => void (await dispatch(plan, events, [], transaction)));
}

async function recorded(
  plan: BindingPlan,
  transaction: Transaction | null,
  record: () => Promise<void>,
): Promise<void> {
  const { onOutboxError, coalesce } = plan;
  const isAbortable = onOutboxError === 'abort';
  if (transaction === null) return isAbortable ? record() : record().catch((error) => report(plan, error));
  if (isAbortable) {
    const recording = coalesce ? inTurn(transaction, record) : record();
    return recording.catch(async (error) => {
      await spoil(transaction);
      throw error;
    });
  }
  const failure = await inTurn(transaction, () => behindSavepoint(transaction, record));
  if (failure !== null) report(plan, failure.error);
}

async function recordEach(
  plan: BindingPlan,
  changes: readonly RowChange[],
  transaction: Transaction | null,
): Promise<void> {
  for (let start = 0; start < changes.length; start += PORTION) {
    const events: NewEvent[] = [];
    for (const change of changes.slice(start, start + PORTION)) {
      for (const event of await eventsOf(plan, change, transaction)) events.push(event);
    }
    await dispatch(plan, events, [], transaction, tableWritten(plan, changes));
  }
}

async function recordMerged(
  plan: BindingPlan,
  changes: readonly RowChange[],
  transaction: Transaction,
): Promise<void> {
  const merged: Coalesced[] = [];
  try {
    for (let start = 0; start < changes.length; start += PORTION) {
      const portion = changes
        .slice(start, start + PORTION)
        .map((one) => coalesceChange(plan, one, transaction));
      merged.push(...portion);
      await storeMerged(plan, portion, transaction);
    }
  } catch (error) {
    for (const { keep, replaced } of merged) keep(replaced);
    throw error;
  }
}

async function storeMerged(
  plan: BindingPlan,
  portion: readonly Coalesced[],
  transaction: Transaction,
): Promise<void> {
  const made: (readonly NewEvent[])[] = [];
  for (const { change } of portion) {
    made.push(change === null ? [] : await eventsOf(plan, change, transaction));
  }
  const replacing = portion.flatMap(({ replaced }) => replaced);
  const changes = portion.flatMap(({ change }) => change ?? []);
  const ids = await dispatch(plan, made.flat(), replacing, transaction, tableWritten(plan, changes));
  let start = 0;
  for (const [index, { keep }] of portion.entries()) {
    const end = start + (made[index]?.length ?? 0);
    keep(ids.slice(start, end));
    start = end;
  }
}

/** One call writes to one table: that of the model, or of a clone of it with another schema, which no triggers watch. */
function tableWritten({ model, table }: BindingPlan, [first]: readonly RowChange[]): string {
  const written = first === undefined ? model : modelOf(first.row);
  return written === model ? table : tableOf(written);
}

async function dispatch(
  { hub, table }: BindingPlan,
  events: readonly NewEvent[],
  replacing: readonly string[],
  transaction: Transaction | null,
  written = table,
): Promise<readonly string[]> {
  if (events.length === 0 && replacing.length === 0) return [];
  const stored = await hub.dispatchAll(events, {
    transaction,
    unlessCaptured: written,
    ...(replacing.length > 0 && { replacing }),
  });
  return stored.map(({ id }) => id);
}

/** The rows are named by none of their values: the log is no place for these. */
function report({ hub, model }: BindingPlan, cause: unknown): void {
  const error = new HooklineError('EVENTS_LOST', { model: model.name }, cause);
  hub.logger?.error({ model: model.name, ...errorFields(error) }, 'a write was kept without its events');
}
