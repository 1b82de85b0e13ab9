import { HooklineError, type NewEvent } from '@hookline/core';
import type { Model, Transaction } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import type { BulkSummary } from '../binding/model-binding.js';
import { type Counts, countRows, countStored } from './bulk-count.js';
import { pin } from './bulk-pin.js';
import { type BulkWrite, type Conclude, whereMeant } from './bulk-write.js';
import { readRows } from './read-rows.js';
import { recordEvents } from './record-changes.js';

/** The plan of a binding that names an event type for summaries. */
export type SummaryPlan = BindingPlan & { readonly summary: string };

/** A summary is the way out where there are too many rows: throws BULK_TOO_LARGE where there is no type for it. */
export function requireSummary(plan: BindingPlan, method: string): SummaryPlan {
  if (hasSummary(plan)) return plan;
  const { model, bulkRowCap: cap } = plan;
  throw new HooklineError('BULK_TOO_LARGE', { model: model.name, cap, operation: method });
}

function hasSummary(plan: BindingPlan): plan is SummaryPlan {
  return plan.summary !== undefined;
}

/** Counts the rows that a write means, before it; what it answers tells of them. Null where nobody may know of it. */
export async function summarizeWrite(plan: SummaryPlan, write: BulkWrite): Promise<Conclude | null> {
  const { operation, options, written, limit } = write;
  const attributes = operation === 'updated' ? shownOf(plan, Object.keys(written)) : undefined;
  if (attributes?.length === 0) return null;
  const what = { operation, ...(attributes && { attributes }) };
  const chosen = limit === undefined ? null : await choose(write, limit);
  const counts = chosen ? countRows(plan, chosen.rows) : await countStored(plan, write);
  return async () => {
    chosen?.release();
    await recordSummary(plan, what, counts, options.transaction ?? null);
  };
}

/** Which ones of more rows a write with a limit takes is up to the database: these. */
async function choose(
  write: BulkWrite,
  limit: number,
): Promise<{ readonly rows: readonly Model[]; readonly release: () => void }> {
  const { model, options, lock } = write;
  const rows = await readRows(model, options, { where: whereMeant(write), limit, lock });
  return { rows, release: pin(write, rows) };
}

/** Those of the attributes that may be shown. */
export function shownOf(plan: BindingPlan, attributes: readonly string[]): readonly string[] {
  return attributes.filter((name) => plan.shown.has(name));
}

/** One event per account, about no row in particular. */
export async function recordSummary(
  plan: SummaryPlan,
  what: Pick<BulkSummary, 'operation' | 'attributes'>,
  counts: Counts,
  transaction: Transaction | null,
): Promise<void> {
  const { model, summary: type } = plan;
  const events = [...counts].map(([account, count]): NewEvent => {
    const data: BulkSummary = { model: model.name, ...what, count };
    return { type, data, ...(account !== undefined && { account }) };
  });
  await recordEvents(plan, events, transaction);
}
