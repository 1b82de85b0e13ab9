import { type AccountId, HooklineError } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
import { type ChangeCondition, tracedAttributes } from './changes.js';
import {
  checkAttributes,
  checkConditions,
  checkKeys,
  checkModel,
  checkNotEmpty,
  checkSettings,
  checkTypes,
} from './check-binding.js';
import type { DataContext, ModelBinding, ModelHub } from './model-binding.js';
import { defaultDataOf } from './model-data.js';

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
  const settings = settingsOf(binding);
  checkSettings(binding, settings);
  for (const option of ['only', 'redact', 'ignore'] as const) {
    checkAttributes(model, option, namesIn(binding[option]));
  }
  const { created, updated, destroyed, restored, summary, changes = true } = binding;
  const given = Object.entries(binding.when ?? {}).filter(([, holds]) => holds !== undefined);
  const when = given as [string, ChangeCondition][];
  checkTypes(hub, [created, updated, destroyed, restored, summary, ...when.map(([type]) => type)]);
  checkConditions(model, when, namesIn(binding.ignore));
  const attributes = attributesOf(model, binding);
  checkNotEmpty(model.name, binding, settings.bulk);
  const data = binding.data ?? defaultDataOf(model, attributes.hidden);
  return Object.assign(attributes, {
    ...{ model, hub, created, updated, destroyed, restored, summary, when, data },
    showsChanges: changes,
    ...accountOf(model, binding),
    ...settings,
    table: tableOf(model),
  });
}

export type Settings = Pick<
  BindingPlan,
  'bulk' | 'bulkRowCap' | 'transaction' | 'onOutboxError' | 'coalesce' | 'capture'
>;

function settingsOf(binding: ModelBinding<Model>): Settings {
  const { bulk = 'rows', bulkRowCap = 10_000, transaction = 'auto' } = binding;
  const { onOutboxError = 'abort', coalesce = false, capture = 'hooks' } = binding;
  return { bulk, bulkRowCap, transaction, onOutboxError, coalesce, capture };
}

interface PlannedAttributes extends Pick<BindingPlan, 'traced' | 'shown' | 'redacted'> {
  /** Neither in the default data nor in the changes. */
  readonly hidden: ReadonlySet<string>;
}

/** As they are when somebody asks first: an association that is defined after the binding adds its foreign key. */
function attributesOf(model: ModelStatic<Model>, binding: ModelBinding<Model>): PlannedAttributes {
  const only = binding.only && new Set(namesIn(binding.only));
  const redacted = new Set(namesIn(binding.redact));
  const ignored = new Set(namesIn(binding.ignore));
  const isHidden = (name: string) => redacted.has(name) || (only !== undefined && !only.has(name));
  const traced = once(() => new Set([...tracedAttributes(model)].filter((name) => !ignored.has(name))));
  const shown = once(() => new Set([...traced()].filter((name) => !isHidden(name))));
  const hidden = once(() => new Set(Object.keys(model.getAttributes()).filter(isHidden)));
  return {
    redacted,
    get traced() {
      return traced();
    },
    get shown() {
      return shown();
    },
    get hidden() {
      return hidden();
    },
  };
}

function namesIn(names: readonly string[] = []): readonly string[] {
  return names;
}

function once<Value extends object>(make: () => Value): () => Value {
  let value: Value | null = null;
  return () => {
    value ??= make();
    return value;
  };
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

export function tableOf(model: ModelStatic<Model>): string {
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
