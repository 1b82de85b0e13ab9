import type { NewEvent } from '@hookline/core';
import type { Model, Transaction } from 'sequelize';
import { eventOfRow } from '../binding/events-of.js';
import { compareData, toJson } from './compare-data.js';
import { type Pass, timeAttribute } from './plan-pass.js';
import type { Finding } from './tell-findings.js';
import type { EventContent, LastEvent } from './told-subjects.js';

/** What a living row lacks, by the last event that told of it; null for nothing. Throws as `eventsOf` does. */
export async function findMissing(
  pass: Pass,
  row: Model,
  last: LastEvent | undefined,
  transaction: Transaction,
): Promise<Finding | null> {
  if (last === undefined) return findUntold(pass, row, transaction);
  if (last.content === null) return null;
  if (last.type === pass.destroyed) return findReturned(pass, row, last.content, transaction);
  return findChanged(pass, row, { ...last, content: last.content }, transaction);
}

/** With `since`, a row that is older than that has lost its events to retention, most likely. */
function findUntold({ plan, since }: Pass, row: Model, transaction: Transaction): Promise<Finding | null> {
  const createdAt = timeAttribute(plan.model, 'createdAt');
  const bornAt = createdAt === null ? null : row.getDataValue(createdAt as never);
  const isOld = since !== undefined && new Date(bornAt ?? 0).getTime() < since;
  const kind = isOld ? 'updated' : 'created';
  return findingOf(plan, row, { kind, type: plan[kind], account: null }, transaction);
}

/** A row that had been told of as destroyed. */
function findReturned(
  { plan }: Pass,
  row: Model,
  { account }: EventContent,
  transaction: Transaction,
): Promise<Finding | null> {
  const { created, updated, restored } = plan;
  const returned = plan.model.options.paranoid
    ? ({ kind: 'updated', type: restored ?? updated ?? created } as const)
    : ({ kind: 'created', type: created ?? updated } as const);
  return findingOf(plan, row, { ...returned, account }, transaction);
}

async function findChanged(
  { plan }: Pass,
  row: Model,
  { type, content }: LastEvent & { readonly content: EventContent },
  transaction: Transaction,
): Promise<Finding | null> {
  const { account, data } = content;
  const now = await eventOfRow(plan, type, row, transaction);
  const valid = plan.hub.registry ? await plan.hub.registry.validate(type, now.data) : now.data;
  const { isSame, changes } = compareData(plan, row, data, toJson(valid));
  if (isSame) return null;
  const found = await findingOf(plan, row, { kind: 'updated', type: plan.updated, account }, transaction);
  if (found === null || !plan.showsChanges || Object.keys(changes).length === 0) return found;
  return { ...found, event: { ...found.event, changes } };
}

interface Found {
  readonly kind: Finding['kind'];
  /** Undefined where the binding makes no event of it. */
  readonly type: string | undefined;
  /** Where the binding leaves it to the context. */
  readonly account: NewEvent['account'] | null;
}

async function findingOf(
  plan: Pass['plan'],
  row: Model,
  { kind, type, account }: Found,
  transaction: Transaction,
): Promise<Finding | null> {
  if (type === undefined) return null;
  const event = await eventOfRow(plan, type, row, transaction);
  return { kind, event: { account: account ?? null, ...event } };
}
