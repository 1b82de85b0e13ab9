import { HooklineError } from '@hookline/core';
import type { Attributes, Model, ModelStatic, Sequelize } from 'sequelize';
import { tableOf } from '../binding/binding-plan.js';
import { checkAttributes, checkModel } from '../binding/check-binding.js';

/** A model whose table is watched, with what its triggers are to do besides. */
export interface CapturedModel<M extends Model = Model> {
  readonly model: ModelStatic<M>;
  /**
   * Attributes whose values the triggers never write down: password hashes, tokens. That one changed is noted, so that
   * `changed('token')` holds; from and to which value is not known. Name here what the binding has under `redact`.
   */
  readonly redact?: readonly (keyof Attributes<M> & string)[];
  /** The attribute with the account, so that the summary of a large statement is one for each. Default: one for all. */
  readonly account?: keyof Attributes<M> & string;
  /** The most rows of one statement that are recorded one by one; more become a summary. Default: all are. */
  readonly bulkRowCap?: number;
}

/** A model, alone or with settings. */
export type Capturable = ModelStatic<Model> | CapturedModel;

/** A table that is watched, by the names of the database. */
export interface CapturedTable {
  /** As hooks and triggers know it: see `BindingPlan.table`. */
  readonly name: string;
  /** Quoted and ready for SQL. */
  readonly sql: string;
  readonly keys: readonly string[];
  readonly redacted: readonly string[];
  /** Columns of types whose JSON cannot be read back: they are recorded as text. */
  readonly asText: readonly string[];
  readonly account: string | null;
  readonly bulkRowCap: number | null;
}

/** Throws OPTION_INVALID. */
export function capturedTable(capturable: Capturable): CapturedTable {
  const { model, redact = [], account, bulkRowCap = null } = settingsOf(capturable);
  checkModel(model);
  checkKeys(capturable);
  checkAttributes(model, 'redact', redact);
  checkAttributes(model, 'account', account === undefined ? [] : [account]);
  if (bulkRowCap !== null && (!Number.isSafeInteger(bulkRowCap) || bulkRowCap < 1)) {
    refuse('bulkRowCap', 'a whole number, at least 1', String(bulkRowCap));
  }
  const columnOf = (attribute: string) => model.getAttributes()[attribute]?.field ?? attribute;
  return {
    ...nameOf(model),
    keys: keysOf(model).map(columnOf),
    redacted: redact.map(columnOf),
    asText: attributesOfTypes(model, /^(HSTORE|GEOMETRY|GEOGRAPHY)\b/i).map(columnOf),
    account: account === undefined ? null : columnOf(account),
    bulkRowCap,
  };
}

const KNOWN: Readonly<Record<keyof CapturedModel, true>> = {
  model: true,
  redact: true,
  account: true,
  bulkRowCap: true,
};

/** A misspelt `redact` would have the secret written down. */
function checkKeys(capturable: Capturable): void {
  if (typeof capturable === 'function') return;
  const unknown = Object.keys(capturable).find((key) => !Object.hasOwn(KNOWN, key));
  if (unknown !== undefined) refuse('capture', `only ${Object.keys(KNOWN).join(', ')}`, `"${unknown}"`);
}

function settingsOf(capturable: Capturable): CapturedModel {
  return typeof capturable === 'function' ? { model: capturable } : capturable;
}

function nameOf(model: ModelStatic<Model>): Pick<CapturedTable, 'name' | 'sql'> {
  const table = model.getTableName();
  const own = typeof table === 'string' ? table : table.tableName;
  // hooks know it by its schema and name, joined by a dot
  if (own.includes('.')) refuse('model', 'a model whose table has no dot in its name', `"${own}"`);
  return { name: tableOf(model), sql: quoteTable(model) };
}

/** As Sequelize itself writes it. */
export function quoteTable(model: ModelStatic<Model>): string {
  const queries = (model.sequelize as Sequelize).getQueryInterface();
  const { queryGenerator } = queries as unknown as WithGenerator;
  return queryGenerator.quoteTable(model.getTableName());
}

interface WithGenerator {
  readonly queryGenerator: { quoteTable(table: unknown): string };
}

function keysOf(model: ModelStatic<Model>): readonly string[] {
  const { primaryKeyAttributes: keys } = model;
  if (keys.length === 0) refuse('model', 'a model with a primary key', `${model.name}, which has none`);
  return keys;
}

function attributesOfTypes(model: ModelStatic<Model>, types: RegExp): readonly string[] {
  const attributes = Object.entries(model.getAttributes());
  return attributes
    .filter(([, { type }]) => types.test((type as { readonly key?: string }).key ?? String(type)))
    .map(([name]) => name);
}

function refuse(option: string, expected: string, got: string): never {
  throw new HooklineError('OPTION_INVALID', { option, expected, got });
}
