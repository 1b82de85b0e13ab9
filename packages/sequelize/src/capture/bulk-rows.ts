import type { Model } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { quoteTable } from '../trigger/captured-table.js';
import { findableKeysOf, indexRows, keyText, type Values, valuesOf } from './bulk-keys.js';
import { pin } from './bulk-pin.js';
import { requireSummary, summarizeWrite } from './bulk-summary.js';
import { whereAny } from './bulk-where.js';
import { type BulkWrite, type Conclude, whereMeant } from './bulk-write.js';
import { compareKeyed } from './compare-rows.js';
import { isComputed } from './known-row.js';
import { readRows } from './read-rows.js';
import { recordChanges } from './record-changes.js';
import type { RowChange } from './row-change.js';

/**
 * Looks at the rows that a write means, before it; what it answers looks at them again, and records what became of
 * them. Null where nobody is to be told. Throws BULK_TOO_LARGE.
 */
export async function followWrite(plan: BindingPlan, write: BulkWrite): Promise<Conclude | null> {
  const cap = capOf(plan, write);
  if (cap === 'off') return null;
  if (cap === 'summary') return summarizeWrite(requireSummary(plan, write.method), write);
  if (!isFollowable(write)) return null;
  const rows = await readBefore(write, cap + 1);
  if (rows.length > cap) return summarizeWrite(requireSummary(plan, write.method), write);
  const release = pin(write, rows);
  return async () => {
    release();
    if (rows.length === 0) return;
    await recordChanges(plan, await changesOf(write, rows), write.options.transaction ?? null);
  };
}

/** How many rows become an event each. Whoever asks for the hooks of each row gets them all. */
function capOf(plan: BindingPlan, { operation, options, isOne }: BulkWrite): number | 'summary' | 'off' {
  if (!isWanted(plan, operation)) return 'off';
  if (options.individualHooks === true) return Number.POSITIVE_INFINITY;
  if (isOne) return 1;
  return plan.bulk === 'rows' ? plan.bulkRowCap : plan.bulk;
}

/** An update may be one that marks a row as deleted, or takes the mark away. */
function isWanted(plan: BindingPlan, operation: BulkWrite['operation']): boolean {
  const { updated, destroyed, restored, summary, when, coalesce } = plan;
  if (summary !== undefined || coalesce) return true;
  if (operation === 'destroyed') return destroyed !== undefined;
  if (operation === 'restored') return restored !== undefined;
  const marked = plan.model.options.paranoid ? [destroyed, restored] : [];
  return when.length > 0 || [updated, ...marked].some((type) => type !== undefined);
}

/** What cannot be found again can only be seen to go. */
function isFollowable({ model, operation, written }: BulkWrite): boolean {
  const row = model.build({}, { isNewRecord: false });
  if (model.primaryKeyAttributes.some((name) => isComputed(row, written[name]))) return false;
  return operation === 'destroyed' || findableKeysOf(model).length > 0;
}

async function readBefore(write: BulkWrite, atMost: number): Promise<readonly Model[]> {
  const { model, options, lock, isTruncate } = write;
  if (isTruncate) await lockTable(write);
  const limit = Math.min(atMost, write.limit ?? Number.POSITIVE_INFINITY);
  const where = whereMeant(write);
  return readRows(model, options, { where, limit: Number.isFinite(limit) ? limit : undefined, lock });
}

/** TRUNCATE does it anyway, and rows that came in before it would go unseen. */
async function lockTable({ model, options: { transaction, logging } }: BulkWrite): Promise<void> {
  if (!transaction) return;
  const sql = `LOCK TABLE ${quoteTable(model)} IN ACCESS EXCLUSIVE MODE`;
  await model.sequelize?.query(sql, { transaction, ...(logging !== undefined && { logging }) });
}

async function changesOf(write: BulkWrite, before: readonly Model[]): Promise<readonly RowChange[]> {
  const { model, options, operation } = write;
  const names = findableKeysOf(model);
  if (names.length === 0) return before.map((row) => ({ kind: 'destroyed', row, changes: {} }));
  const keys = before.map((row) => keyAfter(write, row));
  const after = await readRows(model, options, { where: [whereAny(names, keys)] });
  const index = indexRows(model.primaryKeyAttributes, after);
  const isPair = before.length === 1 && after.length === 1;
  const nowOf = (key: Values = {}) => index.get(keyText(model.primaryKeyAttributes, key)) ?? null;
  return before.flatMap((row, i) => {
    const now = isPair ? (after[0] ?? null) : nowOf(keys[i]);
    return now === null && operation === 'updated' ? [] : compareKeyed(model, row, now);
  });
}

/** An update may write the key itself, often as what it was. */
function keyAfter({ model, written }: BulkWrite, row: Model): Values {
  const names = model.primaryKeyAttributes;
  const own = Object.entries(written).filter(([name, value]) => names.includes(name) && value !== undefined);
  return { ...valuesOf(names, row), ...Object.fromEntries(own) };
}
