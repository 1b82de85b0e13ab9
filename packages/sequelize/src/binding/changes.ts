import { isDeepStrictEqual } from 'node:util';
import type { Changes } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';

/** Decides on an update by what it changed. */
export interface ChangeCondition<M extends Model = Model> {
  (changes: Changes, instance: M): boolean;
  /** The attribute it looks at, so that a misspelt one is found when the model is bound. */
  readonly attribute?: string;
}

export interface ChangedOptions {
  /** Only from this value. */
  readonly from?: unknown;
  /** Only to this value. */
  readonly to?: unknown;
}

/**
 * Holds where an update changed this attribute, from and to these values where they are given (compared deeply).
 *
 * @example
 * bindModel(Conversation, hub, { when: { 'conversation.closed': changed('status', { to: 'closed' }) } });
 */
export function changed(attribute: string, options: ChangedOptions = {}): ChangeCondition {
  const condition = (changes: Changes): boolean => {
    const change = changes[attribute];
    if (!change) return false;
    const isFrom = !('from' in options) || isDeepStrictEqual(change.previous, options.from);
    const isTo = !('to' in options) || isDeepStrictEqual(change.current, options.to);
    return isFrom && isTo;
  };
  return Object.assign(condition, { attribute });
}

/** The attributes whose changes mean something: not the ones that Sequelize keeps, nor those without a column. */
export function tracedAttributes(model: ModelStatic<Model>): ReadonlySet<string> {
  const { createdAt, updatedAt, version } = model.options;
  const kept = [nameOf(createdAt, 'createdAt'), nameOf(updatedAt, 'updatedAt'), nameOf(version, 'version')];
  const ownOnes = model.options.timestamps === false ? kept.slice(2) : kept;
  const attributes = Object.entries(model.getAttributes());
  const stored = attributes.filter(([, { type }]) => (type as { readonly key?: string }).key !== 'VIRTUAL');
  return new Set(stored.map(([name]) => name).filter((name) => !ownOnes.includes(name)));
}

/** Sequelize's option: a name, true for the usual one, or false. */
function nameOf(option: string | boolean | undefined, usual: string): string | null {
  if (typeof option === 'string') return option;
  const isOn = usual === 'version' ? option === true : option !== false;
  return isOn ? usual : null;
}

/** What marks a row of a paranoid model as deleted. */
export function deletedAtOf({ options }: ModelStatic<Model>): string {
  return typeof options.deletedAt === 'string' ? options.deletedAt : 'deletedAt';
}

export function pick(changes: Changes, attributes: ReadonlySet<string>): Changes {
  return Object.fromEntries(Object.entries(changes).filter(([attribute]) => attributes.has(attribute)));
}
