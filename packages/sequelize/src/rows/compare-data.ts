import { isDeepStrictEqual } from 'node:util';
import type { Changes } from '@hookline/core';
import type { Model } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { camelCase } from '../binding/model-data.js';

type Fields = Readonly<Record<string, unknown>>;

export interface DataComparison {
  /** Whether nothing differs whose change would have made an event. */
  readonly isSame: boolean;
  /** What differs of the attributes that changes show, as far as the data has them as they are. */
  readonly changes: Changes;
}

/**
 * What an event said of a row, and what one would say now; both as JSON has them. Under the name of the model its
 * attributes are looked for: those whose changes make no event do not count there, and neither does one that only one
 * of the two has, for the model was another then.
 */
export function compareData(plan: BindingPlan, row: Model, before: unknown, now: unknown): DataComparison {
  const key = camelCase(plan.model.name);
  const [told, current] = [fieldsIn(before, key), fieldsIn(now, key)];
  if (told === null || current === null) return { isSame: isSameJson(before, now), changes: {} };
  const isRestSame = isSameJson({ ...(before as Fields), [key]: null }, { ...(now as Fields), [key]: null });
  const names = differing(plan, told, current);
  return {
    isSame: isRestSame && names.length === 0,
    changes: changesOf(plan, row, names, { told, current }),
  };
}

function differing({ model, shown }: BindingPlan, told: Fields, current: Fields): readonly string[] {
  const attributes = model.getAttributes();
  return [...new Set([...Object.keys(told), ...Object.keys(current)])].filter((name) => {
    if (isSameJson(told[name], current[name])) return false;
    if (!Object.hasOwn(attributes, name)) return true;
    return shown.has(name) && Object.hasOwn(told, name) && Object.hasOwn(current, name);
  });
}

/** Data made by a function of the app may have something else under the name of an attribute. */
function changesOf(
  { shown }: BindingPlan,
  row: Model,
  names: readonly string[],
  { told, current }: { readonly told: Fields; readonly current: Fields },
): Changes {
  const isAsItIs = (name: string) => isSameJson(toJson(row.get(name)), current[name]);
  const known = names.filter((name) => shown.has(name) && isAsItIs(name));
  return Object.fromEntries(known.map((name) => [name, { previous: told[name], current: current[name] }]));
}

function fieldsIn(data: unknown, key: string): Fields | null {
  const fields = isFields(data) ? data[key] : null;
  return isFields(fields) ? fields : null;
}

/** An instance keeps a number as it was given, and the database may answer with its text. */
function isSameJson(one: unknown, other: unknown): boolean {
  if (isNumberAndText(one, other) || isNumberAndText(other, one)) return Number(one) === Number(other);
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, i) => isSameJson(item, other[i]));
  }
  if (!isFields(one) || !isFields(other)) return isDeepStrictEqual(one, other);
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameJson(one[name], other[name]))
  );
}

function isNumberAndText(number: unknown, text: unknown): boolean {
  return typeof number === 'number' && typeof text === 'string' && text.trim() !== '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As it comes out of an event. */
export function toJson(value: unknown): unknown {
  const json = JSON.stringify(value);
  return json === undefined ? undefined : JSON.parse(json);
}
