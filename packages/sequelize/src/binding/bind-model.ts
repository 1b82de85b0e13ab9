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
 * instance, the calls that write many rows, `upsert` and `increment`. The event is written in the caller's transaction;
 * where there is none, one is opened around the write, unless the binding says otherwise. If the event cannot be
 * stored, the write is undone and its caller gets the error, or the log does: see `onOutboxError`.
 *
 * An event has the whole row as it was stored, and an update what it really changed, whatever the instance knows of
 * it: before an instance is updated or destroyed its row is read and locked, in the same transaction. Where nothing
 * was written, because the row was gone or had these values, there is no event. The instance has what it saved as it
 * is stored. A row that is marked as deleted counts as gone: nothing that happens to it makes an event until it is
 * restored.
 *
 * `hooks: false` makes no event. What the model does not see makes none either, unless `capture` is `trigger`: cascades
 * of the database, raw queries, other programs.
 *
 * A model is bound once: binding it again replaces what it was bound to. Answers the function that unbinds it.
 * Throws EVENT_TYPE_UNKNOWN, OPTION_INVALID (no event type at all, a key that a binding does not have, an
 * attribute that the model does not have, an option that is not one of its words).
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
    plan.capture === 'hooks' ? [captureRows(plan), captureBulk(plan), wrapInTransaction(plan)] : [];
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
