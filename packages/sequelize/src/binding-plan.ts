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
  readonly when: readonly (readonly [type: string, holds: ChangeCondition])[];
  /** Attributes whose changes mean something. */
  readonly traced: ReadonlySet<string>;
  /** Those of them that may be shown. */
  readonly shown: ReadonlySet<string>;
  readonly showsChanges: boolean;
  readonly account: (instance: Model, type: string) => AccountId | null;
  readonly data: (instance: Model, context: DataContext) => unknown;
}

/** Throws EVENT_TYPE_UNKNOWN, OPTION_INVALID. */
export function planBinding(
  model: ModelStatic<Model>,
  hub: ModelHub,
  binding: ModelBinding<Model>,
): BindingPlan {
  checkModel(model);
  checkKeys(binding);
  const { created, updated, destroyed, restored, account, data, changes = true } = binding;
  const when = Object.entries(binding.when ?? {}) as [string, ChangeCondition][];
  const types = [created, updated, destroyed, restored, ...when.map(([type]) => type)];
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
    ...{ model, hub, created, updated, destroyed, restored, when, traced },
    shown: new Set([...traced].filter((name) => !hidden.has(name))),
    showsChanges: changes,
    account: (instance, type) => (account ? checkAccount(account(instance), type) : null),
    data: data ?? ((instance) => defaultData(model, instance, hidden)),
  };
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
