import { HooklineError, type ReconcileOptions, type Store } from '@hookline/core';
import type { Model, ModelStatic, Sequelize } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { findableKeysOf } from '../capture/bulk-keys.js';
import { type Database, openDatabase } from '../database.js';
import { tablesOfStore } from '../trigger/store-tables.js';
import type { TellingEvents } from './told-subjects.js';

/** What a reconciliation is to do, checked and filled in. */
export interface Pass {
  readonly plan: BindingPlan;
  readonly database: Database;
  readonly telling: TellingEvents;
  /** The type that says that a row is gone; null where there is none, or where it says something else, too. */
  readonly destroyed: string | null;
  readonly since: number | undefined;
  readonly batchSize: number;
  readonly dryRun: boolean;
}

const MAX_BATCH = 10_000;

/** Throws OPTION_INVALID. */
export function planPass(plan: BindingPlan, options: ReconcileOptions, store: Store): Pass {
  const { model, created, updated, restored, destroyed } = plan;
  const { since, batchSize = 500, dryRun = false } = options;
  if (findableKeysOf(model).length === 0) refuse('model', 'a model with a primary key', model.name);
  const tables = tablesOfStore(store);
  if (tables === null) return refuse('model', 'a hub whose store is on Sequelize', store.name);
  if (since !== undefined) checkSince(model, since);
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > MAX_BATCH) {
    refuse('batchSize', `a whole number from 1 to ${MAX_BATCH}`, batchSize);
  }
  const living = [created, updated, restored].filter((type) => type !== undefined);
  const types = destroyed === undefined ? living : [...living, destroyed];
  return {
    plan,
    database: openDatabase(model.sequelize as Sequelize, tables),
    telling: { subjectType: model.name, types },
    destroyed: destroyed === undefined || living.includes(destroyed) ? null : destroyed,
    ...{ since, batchSize, dryRun },
  };
}

function checkSince(model: ModelStatic<Model>, since: number): void {
  if (!Number.isInteger(since)) refuse('since', 'whole milliseconds since the Unix epoch', since);
  if (timeAttribute(model, 'updatedAt') !== null) return;
  refuse('since', `nothing, for ${model.name} does not keep updatedAt`, since);
}

function refuse(option: string, expected: string, got: unknown): never {
  throw new HooklineError('OPTION_INVALID', { option, expected, got });
}

/** Where Sequelize keeps this time of a row; null where it does not. */
export function timeAttribute(
  { options }: ModelStatic<Model>,
  name: 'createdAt' | 'updatedAt',
): string | null {
  const own = options[name];
  if (options.timestamps === false || own === false) return null;
  return typeof own === 'string' ? own : name;
}
