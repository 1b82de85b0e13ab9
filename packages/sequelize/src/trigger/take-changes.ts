import { type HooklineError, isHooklineError, type NewEvent } from '@hookline/core';
import { errorFields } from '@hookline/core/adapter';
import type { Transaction } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import type { ModelHub } from '../binding/model-binding.js';
import { behindSavepoint } from '../capture/savepoint.js';
import { isConnectionFailure } from '../connection-failure.js';
import type { Run } from '../database.js';
import type { Tables } from '../tables.js';
import { findDue, findRest, holdSources, postponeChanges, removeChanges } from './changes-table.js';
import { type Converted, convertChanges } from './convert-changes.js';
import type { RecordedChange } from './recorded-change.js';

/** The transaction in which changes become events, and what that takes. */
export interface Taking {
  readonly hub: ModelHub;
  readonly plans: readonly BindingPlan[];
  readonly tables: Tables;
  readonly run: Run;
  readonly transaction: Transaction;
}

/** Changes that become events together, or are tried again together. */
type Unit = readonly RecordedChange[];

/**
 * The story of changes that become events: the tables held → the oldest changes of them found → their events stored
 * and they themselves gone, or tried again later, each behind a savepoint. Answers how many there were.
 */
export async function takeChanges(taking: Taking): Promise<number> {
  const { run, tables, plans } = taking;
  const held = await holdSources(run, tables, sourcesOf(plans));
  if (held.length === 0) return 0;
  const found = await findDue(run, tables, held);
  const whole = sourcesOf(plans.filter(({ coalesce }) => coalesce)).filter((source) => held.includes(source));
  const rest = await findRest(run, tables, found, whole);
  const changes = [...found, ...rest];
  if (changes.length > 0) await settle(taking, unitsOf(changes, whole));
  return changes.length;
}

export function sourcesOf(plans: readonly BindingPlan[]): readonly string[] {
  return [...new Set(plans.map(({ table }) => table))];
}

/** What a transaction did to a table that is coalesced is one unit, where the last of it stood. */
function unitsOf(changes: readonly RecordedChange[], whole: readonly string[]): readonly Unit[] {
  const units = new Map<string, RecordedChange[]>();
  for (const change of changes) {
    const { id, source, transactionId } = change;
    const key = whole.includes(source) ? `${source} ${transactionId}` : id;
    const unit = units.get(key) ?? [];
    units.delete(key);
    units.set(key, [...unit, change]);
  }
  return [...units.values()];
}

/** All at once; where that fails, the halves of them, until the one that fails is alone. */
async function settle(taking: Taking, units: readonly Unit[]): Promise<void> {
  const failure = await behindSavepoint(taking.transaction, () => convert(taking, units));
  if (failure === null) return;
  if (isPassing(failure.error)) throw failure.error;
  const [first, ...others] = units;
  if (first !== undefined && others.length === 0) return postpone(taking, first, failure.error);
  const middle = units.length >> 1;
  await settle(taking, units.slice(0, middle));
  await settle(taking, units.slice(middle));
}

async function convert(taking: Taking, units: readonly Unit[]): Promise<void> {
  const { hub, plans, tables, run, transaction } = taking;
  const changes = units.flat();
  const converted: Converted[] = [];
  for (const plan of plans) {
    const ofPlan = changes.filter(({ source }) => source === plan.table);
    if (ofPlan.length > 0) converted.push(...(await convertChanges(tables, plan, ofPlan, transaction)));
  }
  const events = inOrder(changes, converted);
  if (events.length > 0) await hub.dispatchAll(events, { transaction });
  await removeChanges(
    run,
    tables,
    changes.map(({ id }) => id),
  );
}

/** As the changes stand, whatever the tables. */
function inOrder(changes: readonly RecordedChange[], converted: readonly Converted[]): readonly NewEvent[] {
  const places = new Map(changes.map((change, place) => [change, place]));
  const placeOf = ({ change }: Converted) => places.get(change) ?? 0;
  return converted.toSorted((a, b) => placeOf(a) - placeOf(b)).map(({ event }) => event);
}

/** It is not the fault of the change, and will pass. */
function isPassing(error: unknown): boolean {
  if (isHooklineError(error)) return PASSING.has(error.code);
  return isConnectionFailure(error, { isAlone: true });
}

const PASSING: ReadonlySet<HooklineError['code']> = new Set([
  'ERR_HOOKLINE_STORE_UNAVAILABLE',
  'ERR_HOOKLINE_HUB_CLOSED',
  'ERR_HOOKLINE_MIGRATION_PENDING',
] as const);

async function postpone({ hub, tables, run }: Taking, unit: Unit, error: unknown): Promise<void> {
  const ids = unit.map(({ id }) => id);
  await postponeChanges(run, tables, ids, error);
  const [first] = unit;
  const fields = {
    table: first?.source,
    changeIds: ids.slice(0, 10),
    failedCount: (first?.failedCount ?? 0) + 1,
  };
  hub.logger?.error(
    { ...fields, ...errorFields(error) },
    'a recorded change became no event: it is tried again later',
  );
}
