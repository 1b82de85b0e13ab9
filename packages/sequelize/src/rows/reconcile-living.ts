import type { Reconciled } from '@hookline/core';
import { type Model, Op, type Transaction, type WhereOptions } from 'sequelize';
import { subjectOf } from '../binding/model-data.js';
import { findableKeysOf, indexRows, keyText, valuesOf } from '../capture/bulk-keys.js';
import { whereAny } from '../capture/bulk-where.js';
import { findMissing } from './find-missing.js';
import { atOneInstant, isOvertaken } from './one-instant.js';
import { pendingAmong } from './pending-changes.js';
import { type Pass, timeAttribute } from './plan-pass.js';
import { readRowPage } from './row-pages.js';
import { type Finding, passOver, tellFindings } from './tell-findings.js';
import { lastEventsOf } from './told-subjects.js';

type Counts = Omit<Reconciled, 'destroyed'>;

const NONE: Counts = { checked: 0, created: 0, updated: 0 };

/** Which rows to look at, and what to do about one that somebody is writing: leave it for later, or wait. */
interface Look {
  readonly where: WhereOptions;
  readonly after: string | null;
  readonly limit: number;
  readonly busyRows: 'left' | 'awaited';
}

interface Looked {
  readonly counts: Counts;
  readonly next: string | null;
  /** Rows that lack something and were left. */
  readonly left: readonly Model[];
}

/**
 * Goes through the living rows by key. A row that somebody is writing gets a second look, alone: whoever waits for
 * another one holds nothing that anybody else may wait for.
 */
export async function reconcileLiving(pass: Pass): Promise<Counts> {
  let total = NONE;
  let after: string | null = null;
  do {
    const look = { where: whereRecent(pass), after, limit: pass.batchSize, busyRows: 'left' } as const;
    const { counts, next, left } = await lookAt(pass, look);
    total = plus(total, counts);
    for (const row of left) total = plus(total, await lookAgain(pass, row));
    after = next;
  } while (after !== null);
  return total;
}

async function lookAgain(pass: Pass, row: Model): Promise<Counts> {
  const keys = findableKeysOf(pass.plan.model);
  const where = whereAny(keys, [valuesOf(keys, row)]);
  const { counts } = await lookAt(pass, { where, after: null, limit: 1, busyRows: 'awaited' });
  return { ...counts, checked: 0 };
}

function whereRecent({ plan, since }: Pass): WhereOptions {
  const updatedAt = timeAttribute(plan.model, 'updatedAt');
  return since === undefined || updatedAt === null ? {} : { [updatedAt]: { [Op.gte]: new Date(since) } };
}

/**
 * The story of a batch: read the rows and their last events, as of one instant → find what is missing → hold those
 * rows → tell of them. So an event of anybody else about such a row is either among the events, or comes later.
 */
function lookAt(pass: Pass, { busyRows, ...page }: Look): Promise<Looked> {
  const { plan, dryRun } = pass;
  return atOneInstant(plan.model, async (transaction) => {
    const { rows, next } = await readRowPage(plan.model, { ...page, transaction });
    const missing = await findAll(pass, rows, transaction);
    const lacking = [...missing.keys()];
    const held = dryRun ? lacking : await hold(pass, lacking, busyRows, transaction);
    const findings = held.flatMap((row) => missing.get(row) ?? []);
    const told = dryRun ? findings : await tellFindings(plan, findings, transaction);
    const counts = { checked: rows.length, created: count(told, 'created'), updated: count(told, 'updated') };
    return { counts, next, left: lacking.filter((row) => !held.includes(row)) };
  });
}

async function findAll(
  pass: Pass,
  rows: readonly Model[],
  transaction: Transaction,
): Promise<ReadonlyMap<Model, Finding>> {
  const { plan, database, telling } = pass;
  const missing = new Map<Model, Finding>();
  if (rows.length === 0) return missing;
  const idOf = (row: Model) => String(subjectOf(plan.model, row)?.id);
  const ids = rows.map(idOf);
  const last = await lastEventsOf(database, telling, ids, transaction);
  const pending = await pendingAmong(database, plan, ids, transaction);
  for (const row of rows.filter((each) => !pending.has(idOf(each)))) {
    try {
      const finding = await findMissing(pass, row, last.get(idOf(row)), transaction);
      if (finding) missing.set(row, finding);
    } catch (error) {
      if (isOvertaken(error)) throw error;
      passOver(plan, subjectOf(plan.model, row), error);
    }
  }
  return missing;
}

/** Answers those that nobody changes now until the transaction ends. */
async function hold(
  { plan: { model } }: Pass,
  rows: readonly Model[],
  busyRows: Look['busyRows'],
  transaction: Transaction,
): Promise<readonly Model[]> {
  if (rows.length === 0) return [];
  const keys = findableKeysOf(model);
  const held = await model.unscoped().findAll({
    where: whereAny(
      keys,
      rows.map((row) => valuesOf(keys, row)),
    ),
    attributes: [...keys],
    paranoid: false,
    raw: false,
    lock: transaction.LOCK.SHARE,
    skipLocked: busyRows === 'left',
    transaction,
    ...({ hooks: false } as object),
  });
  const found = indexRows(keys, held);
  return rows.filter((row) => found.has(keyText(keys, valuesOf(keys, row))));
}

function count(findings: readonly Finding[], kind: Finding['kind']): number {
  return findings.filter((finding) => finding.kind === kind).length;
}

function plus(one: Counts, other: Counts): Counts {
  return {
    checked: one.checked + other.checked,
    created: one.created + other.created,
    updated: one.updated + other.updated,
  };
}
