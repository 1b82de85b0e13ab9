import type { AccountId } from '@hookline/core';
import type { Model } from 'sequelize';
import type { SummaryPlan } from './bulk-summary.js';
import { allOf, nameFor } from './bulk-where.js';
import { type BulkWrite, whereMeant } from './bulk-write.js';
import { readInBatches, readingOf, readRows } from './read-rows.js';

/** How many rows of each account; under undefined those of the account in the context. */
export type Counts = ReadonlyMap<AccountId | null | undefined, number>;

export function countRows(plan: SummaryPlan, rows: readonly Model[]): Counts {
  const counts = new Map<AccountId | null | undefined, number>();
  for (const row of rows) {
    const account = plan.account(row, plan.summary);
    counts.set(account, (counts.get(account) ?? 0) + 1);
  }
  return counts;
}

/** Counts the rows that a write means: in the database, unless a function of the app is to say whose they are. */
export async function countStored(plan: SummaryPlan, write: BulkWrite): Promise<Counts> {
  const { accountAttribute, summary } = plan;
  if (accountAttribute !== undefined) return countGroups(accountAttribute, write);
  const { model, options } = write;
  const [first] = await readRows(model, options, { where: whereMeant(write), limit: 1 });
  if (first === undefined) return new Map();
  return plan.account(first, summary) === undefined ? countAll(write) : countEach(plan, write);
}

async function countGroups(attribute: string, write: BulkWrite): Promise<Counts> {
  const { model, options } = write;
  const where = allOf(whereMeant(write));
  const group = [nameFor(model, attribute, 'columns')];
  const groups = await model
    .unscoped()
    .count({ ...readingOf(options), where, attributes: [attribute], group });
  return new Map(groups.map((counted) => [counted[attribute] as AccountId | null, counted.count]));
}

async function countAll(write: BulkWrite): Promise<Counts> {
  const { model, options } = write;
  const count = await model.unscoped().count({ ...readingOf(options), where: allOf(whereMeant(write)) });
  return new Map([[undefined, count]]);
}

async function countEach(plan: SummaryPlan, write: BulkWrite): Promise<Counts> {
  const { model, options } = write;
  const counts = new Map<AccountId | null | undefined, number>();
  for await (const rows of readInBatches(model, options, whereMeant(write))) {
    for (const [account, count] of countRows(plan, rows)) {
      counts.set(account, (counts.get(account) ?? 0) + count);
    }
  }
  return counts;
}
