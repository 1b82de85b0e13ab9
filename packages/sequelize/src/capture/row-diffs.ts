import type { Changes } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
import { changesOf } from '../binding/changes.js';
import { primaryKeyOf } from '../binding/model-data.js';

/**
 * What the rows of a bulk update with `individualHooks` changed, kept from the hooks before it: in the hooks after
 * it Sequelize has forgotten (sequelize#15031), and with `returning` the instances are others.
 */
export class RowDiffs {
  readonly #model: ModelStatic<Model>;
  readonly #byCall = new WeakMap<object, Map<string, Changes>>();

  constructor(model: ModelStatic<Model>) {
    this.#model = model;
  }

  /** `call` is the options object of the bulk update. */
  keep(call: object, instance: Model): void {
    const diffs = this.#byCall.get(call) ?? new Map<string, Changes>();
    this.#byCall.set(call, diffs.set(this.#keyOf(instance), changesOf(instance)));
  }

  get(call: object, instance: Model): Changes {
    return this.#byCall.get(call)?.get(this.#keyOf(instance)) ?? {};
  }

  #keyOf(instance: Model): string {
    return String(primaryKeyOf(this.#model, instance));
  }
}
