import { type AccountId, HooklineError } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
import { type ChangeCondition, tracedAttributes } from './changes.js';
import { checkKeys, checkNotEmpty } from './check-binding.js';
import type { DataContext, ModelBinding, ModelHub } from './model-binding.js';
import { defaultData } from './model-data.js';

/** A binding, checked and filled in. */
export interface BindingPlan {
  readonly model: ModelStatic<Model>;
  readonly hub: ModelHub;
  readonly created: string | undefined;
  readonly updated: string | undefined;
  readonly destroyed: string | undefined;
  readonly restored: string | undefined;
  readonly summary: string | undefined;
  readonly when: readonly (readonly [type: string, holds: ChangeCondition])[];
  /** Attributes whose changes mean something. */
  readonly traced: ReadonlySet<string>;
  /** Those of them that may be shown. */
  readonly shown: ReadonlySet<string>;
  /** What no event may have. */
  readonly redacted: ReadonlySet<string>;
  readonly showsChanges: boolean;
  /** Undefined where the binding leaves the account to the context. */
  readonly account: (instance: Model, type: string) => AccountId | null | undefined;
  /** Where the account stands, if an attribute has it. */
  readonly accountAttribute: string | undefined;
  readonly data: (instance: Model, context: DataContext) => unknown;
  readonly bulk: 'rows' | 'summary' | 'off';
  readonly bulkRowCap: number;
  readonly transaction: 'auto' | 'require' | 'off';
  readonly onOutboxError: 'abort' | 'log';
  readonly coalesce: boolean;
  readonly capture: 'hooks' | 'trigger';
  /** The name by which hooks and triggers know the same table: with its schema, where the model has one. */
  readonly table: string;
}

/** Throws EVENT_TYPE_UNKNOWN, OPTION_INVALID. */
export function planBinding(
  model: ModelStatic<Model>,
  hub: ModelHub,
  binding: ModelBinding<Model>,
): BindingPlan {
  checkModel(model);
  checkKeys(binding);
  const { created, updated, destroyed, restored, summary, data, changes = true } = binding;
  const when = Object.entries(binding.when ?? {}) as [string, ChangeCondition][];
  const types = [created, updated, destroyed, restored, summary, ...when.map(([type]) => type)];
  checkTypes(hub, types);
  checkAttributes(
    model,
    'when',
    when.flatMap(([, { attribute }]) => attribute ?? []),
  );
  const hidden = hiddenAttributes(model, binding);
  checkNotEmpty(model.name, types);
  const traced = tracedAttributes(model);
  return {
    ...{ model, hub, created, updated, destroyed, restored, summary, when, traced },
    shown: new Set([...traced].filter((name) => !hidden.has(name))),
    redacted: new Set(binding.redact ?? []),
    showsChanges: changes,
    ...accountOf(model, binding),
    data: data ?? ((instance) => defaultData(model, instance, hidden)),
    ...settingsOf(binding),
    table: tableOf(model),
  };
}

type Settings = Pick<
  BindingPlan,
  'bulk' | 'bulkRowCap' | 'transaction' | 'onOutboxError' | 'coalesce' | 'capture'
>;

function settingsOf(binding: ModelBinding<Model>): Settings {
  const { bulk = 'rows', bulkRowCap = 10_000, transaction = 'auto' } = binding;
  const { onOutboxError = 'abort', coalesce = false, capture = 'hooks' } = binding;
  return { bulk, bulkRowCap, transaction, onOutboxError, coalesce, capture };
}

function accountOf(
  model: ModelStatic<Model>,
  { account }: ModelBinding<Model>,
): Pick<BindingPlan, 'account' | 'accountAttribute'> {
  if (account === undefined) return { account: () => undefined, accountAttribute: undefined };
  if (typeof account === 'function') {
    return { account: (row, type) => checkAccount(account(row), type), accountAttribute: undefined };
  }
  checkAttributes(model, 'account', [account]);
  const idOf = (row: Model) => row.getDataValue(account as never) as AccountId | null;
  return { account: (row, type) => checkAccount(idOf(row), type), accountAttribute: account };
}

function tableOf(model: ModelStatic<Model>): string {
  const table = model.getTableName();
  if (typeof table === 'string') return table;
  const { schema, tableName } = table as { readonly schema?: string; readonly tableName: string };
  return schema ? `${schema}.${tableName}` : tableName;
}

/** An attribute that was not read is undefined, and is not to be taken for an app with one tenant. */
function checkAccount(account: AccountId | null | undefined, type: string): AccountId | null {
  if (account !== undefined) return account;
  const problem = 'account() answered undefined, expected an account, or null for none';
  throw new HooklineError('EVENT_DATA_INVALID', { type, problem });
}

function checkModel(model: ModelStatic<Model>): void {
  if (model?.sequelize) return;
  const expected = 'a model that Model.init or sequelize.define has made';
  throw new HooklineError('OPTION_INVALID', { option: 'model', expected, got: model?.name ?? typeof model });
}

function hiddenAttributes(model: ModelStatic<Model>, binding: ModelBinding<Model>): ReadonlySet<string> {
  const only = binding.only as readonly string[] | undefined;
  const redact = (binding.redact ?? []) as readonly string[];
  checkAttributes(model, 'only', only ?? []);
  checkAttributes(model, 'redact', redact);
  const isHidden = (name: string) => redact.includes(name) || (only !== undefined && !only.includes(name));
  return new Set(Object.keys(model.getAttributes()).filter(isHidden));
}

/** What is not stored cannot commit with a row. */
function checkTypes({ registry }: ModelHub, types: readonly (string | undefined)[]): void {
  for (const type of types) {
    if (type === undefined) continue;
    registry?.assertKnown(type);
    if (!registry?.isTransient(type)) continue;
    const expected = 'event types that are stored';
    throw new HooklineError('OPTION_INVALID', {
      option: 'binding',
      expected,
      got: `"${type}", which is transient`,
    });
  }
}

/** A misspelt name would hide nothing, or never hold. */
function checkAttributes(model: ModelStatic<Model>, option: string, names: readonly string[]): void {
  const known = model.getAttributes();
  const unknown = names.find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw new HooklineError('OPTION_INVALID', {
    option,
    expected: `attributes of ${model.name}`,
    got: `"${unknown}"`,
  });
}
