import type { AnyRegistry, Changes, DispatchOptions, TypeOf } from '@hookline/core';
import type { Model, ModelStatic, Transaction } from 'sequelize';
import { type BindingPlan, planBinding } from './binding-plan.js';
import { changesOf, pick } from './changes.js';
import type { ModelBinding, ModelHub } from './model-binding.js';
import { subjectOf } from './model-data.js';
import { RowDiffs } from './row-diffs.js';
import { wrapInTransaction } from './wrap-in-transaction.js';

/**
 * Turns the writes of a model into events that commit with its rows: create, update, destroy and restore of an
 * instance, and whatever comes down to them (`Model.create`, `findOrCreate`, `instance.update`, bulk calls with
 * `individualHooks: true`). The event is written in the caller's transaction; where there is none, one is opened
 * around the write. If the event cannot be stored, the write is undone and its caller gets the error.
 *
 * An update may find a row that was read in part: where `account` then answers undefined, the write is undone with
 * EVENT_DATA_INVALID, for the event would go to nobody.
 *
 * `hooks: false` makes no event, and neither do writes that run no hooks of a row: other bulk calls, `upsert`,
 * `increment`, cascades, raw queries.
 *
 * A model is bound once: binding it again replaces what it was bound to. Answers the function that unbinds it.
 * Throws EVENT_TYPE_UNKNOWN, OPTION_INVALID (no event type at all, a key that a binding does not have, an
 * attribute that the model does not have).
 *
 * @example
 * bindModel(Conversation, hub, {
 *   created: 'conversation.created',
 *   updated: 'conversation.updated',
 *   when: { 'conversation.status_changed': changed('status') },
 *   account: (conversation) => conversation.accountId,
 *   data: (conversation) => ({ conversation: present(conversation) }),
 * });
 */
export function bindModel<
  M extends Model,
  R extends AnyRegistry = AnyRegistry,
  Row extends TypeOf<R> = never,
  When extends TypeOf<R> = never,
>(model: ModelStatic<M>, hub: ModelHub<R>, binding: ModelBinding<M, R, Row, When>): () => void {
  const plan = planBinding(model, hub, binding as unknown as ModelBinding<Model>);
  bindings.get(model)?.();
  addHooks(plan);
  const unwrap = wrapInTransaction(model);
  const unbind = () => {
    if (bindings.get(model) !== unbind) return;
    bindings.delete(model);
    removeHooks(model);
    unwrap();
  };
  bindings.set(model, unbind);
  return unbind;
}

const bindings = new WeakMap<object, () => void>();

const HOOK = 'hookline';
const HOOK_TYPES = ['afterCreate', 'beforeUpdate', 'afterUpdate', 'afterDestroy', 'afterRestore'] as const;

/** What Sequelize passes to the hooks of a row. */
interface WriteOptions {
  readonly transaction?: Transaction | null;
  readonly fields?: readonly string[];
  readonly individualHooks?: boolean;
}

function addHooks(plan: BindingPlan): void {
  const { model, created, destroyed, restored } = plan;
  const diffs = new RowDiffs(model);
  removeHooks(model);
  addHook(model, 'afterCreate', (row, options) => dispatchAll(plan, row, options, [created]));
  addHook(model, 'beforeUpdate', (row, options) => {
    if (options.individualHooks) diffs.keep(options, row);
  });
  addHook(model, 'afterUpdate', (row, options) => {
    const live = changesOf(row, options.fields);
    return dispatchUpdate(plan, row, options, isEmpty(live) ? diffs.get(options, row) : live);
  });
  addHook(model, 'afterDestroy', (row, options) => dispatchAll(plan, row, options, [destroyed]));
  addHook(model, 'afterRestore', (row, options) => dispatchAll(plan, row, options, [restored]));
}

type RowHook = (row: Model, options: WriteOptions) => Promise<void> | void;

function addHook(model: ModelStatic<Model>, type: (typeof HOOK_TYPES)[number], hook: RowHook): void {
  model.addHook(type, HOOK, hook as never);
}

function removeHooks(model: ModelStatic<Model>): void {
  for (const type of HOOK_TYPES) model.removeHook(type, HOOK);
}

/** Nothing for an update that changed nothing; `updated` for one that changed something it may show. */
async function dispatchUpdate(
  plan: BindingPlan,
  row: Model,
  options: WriteOptions,
  all: Changes,
): Promise<void> {
  const changes = pick(all, plan.traced);
  if (isEmpty(changes)) return;
  const shown = pick(changes, plan.shown);
  const updated = isEmpty(shown) ? undefined : plan.updated;
  const special = plan.when.filter(([, holds]) => holds(changes, row)).map(([type]) => type);
  await dispatchAll(plan, row, options, [updated, ...special], plan.showsChanges ? shown : {});
}

async function dispatchAll(
  plan: BindingPlan,
  row: Model,
  { transaction = null }: WriteOptions,
  types: readonly (string | undefined)[],
  changes: Changes = {},
): Promise<void> {
  const subject = subjectOf(plan.model, row);
  const options: DispatchOptions = {
    ...(transaction && { transaction }),
    ...(subject && { subject }),
    ...(!isEmpty(changes) && { changes }),
  };
  for (const type of new Set(types)) {
    if (type === undefined) continue;
    const data = await plan.data(row, { type, transaction });
    await plan.hub.dispatch(type, data, { ...options, account: plan.account(row, type) });
  }
}

function isEmpty(changes: Changes): boolean {
  return Object.keys(changes).length === 0;
}
