import type { Model, ModelStatic, Transaction } from 'sequelize';
import { eventOfRow } from '../binding/events-of.js';
import { primaryKeyOf } from '../binding/model-data.js';
import { type Values, valuesOf } from '../capture/bulk-keys.js';
import { whereAny } from '../capture/bulk-where.js';
import { isDeleted } from '../capture/compare-rows.js';
import { atOneInstant, isOvertaken } from './one-instant.js';
import { pendingAmong } from './pending-changes.js';
import type { Pass } from './plan-pass.js';
import { keyOfSubject } from './subject-key.js';
import { type Finding, passOver, tellFindings } from './tell-findings.js';
import { type LastEvent, toldSubjects } from './told-subjects.js';

/** Goes through the subjects that events told of, and tells of those that are gone. Answers how many. */
export async function reconcileGone(pass: Pass): Promise<number> {
  let total = 0;
  for (let after: string | null = pass.destroyed === null ? null : ''; after !== null; ) {
    const looked: Looked = await lookBehind(pass, after);
    total += looked.count;
    after = looked.next;
  }
  return total;
}

interface Looked {
  readonly count: number;
  readonly next: string | null;
}

function lookBehind(pass: Pass, after: string): Promise<Looked> {
  const { plan, database, telling, since, batchSize, dryRun } = pass;
  return atOneInstant(plan.model, async (transaction) => {
    const query = { ...telling, after, limit: batchSize, since };
    const subjects = await toldSubjects(database, query, transaction);
    const findings = await findGone(pass, subjects, transaction);
    const told = dryRun ? findings : await tellFindings(plan, findings, transaction);
    const next = subjects.length < batchSize ? null : (subjects.at(-1)?.subjectId ?? null);
    return { count: told.length, next };
  });
}

async function findGone(
  pass: Pass,
  subjects: readonly LastEvent[],
  transaction: Transaction,
): Promise<readonly Finding[]> {
  const { plan, database, destroyed, dryRun } = pass;
  const alive = subjects.filter(({ type, content }) => type !== destroyed && content !== null);
  if (alive.length === 0) return [];
  const ids = alive.map(({ subjectId }) => subjectId);
  const stored = await storedRows(plan.model, ids, transaction);
  const rows = dryRun ? stored : await withoutBusy(plan.model, stored, transaction);
  const pending = await pendingAmong(database, plan, ids, transaction);
  const findings: Finding[] = [];
  for (const last of alive.filter(({ subjectId }) => rows.has(subjectId) && !pending.has(subjectId))) {
    const finding = await findDestroyed(pass, last, rows.get(last.subjectId) ?? null, transaction);
    if (finding) findings.push(finding);
  }
  return findings;
}

/** The rows that these ids stand for, null where there is none; without those ids that no row can have. */
async function storedRows(
  model: ModelStatic<Model>,
  ids: readonly string[],
  transaction: Transaction,
): Promise<ReadonlyMap<string, Model | null>> {
  const keys = new Map(ids.map((id) => [id, keyOfSubject(model, id)]));
  const possible = [...keys].filter((entry): entry is [string, Values] => entry[1] !== null);
  const rows = await model.unscoped().findAll({
    where: whereAny(
      model.primaryKeyAttributes,
      possible.map(([, key]) => key),
    ),
    paranoid: false,
    raw: false,
    transaction,
    ...({ hooks: false } as object),
  });
  const found = new Map(rows.map((row) => [String(primaryKeyOf(model, row)), row]));
  return new Map(possible.map(([id]) => [id, found.get(id) ?? null]));
}

/**
 * Holds those that are there, so that none comes back before it is told that it went. One that somebody is writing just
 * now is left for the next reconciliation: whoever waits for it here could be in the way of the app.
 */
async function withoutBusy(
  model: ModelStatic<Model>,
  rows: ReadonlyMap<string, Model | null>,
  transaction: Transaction,
): Promise<ReadonlyMap<string, Model | null>> {
  const marked = [...rows.values()].filter(
    (row) => row !== null && isDeleted(model, row),
  ) as readonly Model[];
  if (marked.length === 0) return rows;
  const keys = model.primaryKeyAttributes;
  const held = await model.unscoped().findAll({
    where: whereAny(
      keys,
      marked.map((row) => valuesOf(keys, row)),
    ),
    attributes: [...keys],
    paranoid: false,
    raw: false,
    lock: transaction.LOCK.SHARE,
    skipLocked: true,
    transaction,
    ...({ hooks: false } as object),
  });
  const found = new Set(held.map((row) => String(primaryKeyOf(model, row))));
  return new Map([...rows].filter(([id, row]) => row === null || !marked.includes(row) || found.has(id)));
}

/** A row that is only marked as deleted is told of as it is, one that is gone as it was when it was told of last. */
async function findDestroyed(
  { plan, destroyed }: Pass,
  { content }: LastEvent,
  row: Model | null,
  transaction: Transaction,
): Promise<Finding | null> {
  if (destroyed === null || content === null || (row && !isDeleted(plan.model, row))) return null;
  const { account, data, subject } = content;
  const asItWas = { type: destroyed, account, data, ...(subject && { subject }) };
  if (row === null) return { kind: 'destroyed', event: asItWas };
  try {
    const event = await eventOfRow(plan, destroyed, row, transaction);
    return { kind: 'destroyed', event: { account, ...event } };
  } catch (error) {
    if (isOvertaken(error)) throw error;
    passOver(plan, subject, error);
    return null;
  }
}
