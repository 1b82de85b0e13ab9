import { type AnyRegistry, SUBJECT, type TypeOf } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
import { captureBulk } from '../capture/bulk-hooks.js';
import { captureRows } from '../capture/row-hooks.js';
import { wrapInTransaction } from '../capture/wrap-in-transaction.js';
import { offerRows } from '../rows/offer-rows.js';
import { followChanges } from '../trigger/follow-changes.js';
import { type BindingPlan, planBinding } from './binding-plan.js';
import type { ModelBinding, ModelHub } from './model-binding.js';
import { subjectOf } from './model-data.js';

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
  const parts = [...capture(plan), nameSubject(model)];
  const unbind = () => {
    if (bindings.get(model) !== unbind) return;
    bindings.delete(model);
    for (const remove of parts.toReversed()) remove();
  };
  bindings.set(model, unbind);
  return unbind;
}

const bindings = new WeakMap<object, () => void>();

/** Each part answers the function that takes it back. */
function capture(plan: BindingPlan): readonly (() => void)[] {
  const byHooks =
    plan.capture === 'hooks' ? [captureRows(plan), captureBulk(plan), wrapInTransaction(plan.model)] : [];
  return [...byHooks, followChanges(plan), offerRows(plan)];
}

/** So that `hub.events.of(row)` knows which subject it is. */
function nameSubject(model: ModelStatic<Model>): () => void {
  Object.defineProperty(model.prototype, SUBJECT, {
    configurable: true,
    get(this: Model) {
      return subjectOf(model, this);
    },
  });
  return () => void Reflect.deleteProperty(model.prototype, SUBJECT);
}
