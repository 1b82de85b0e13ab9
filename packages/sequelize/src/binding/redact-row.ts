import type { Model } from 'sequelize';
import { copyRow, internalsOf, pickNames } from '../capture/copy-row.js';

/** What is used of an instance's internals: the getters of its attributes, on the prototype of the model. */
interface WithGetters {
  _customGetters: Record<string, unknown>;
}

/**
 * The row without the values of some attributes: neither as properties nor by `get`, as previous values or through
 * getters, of which one that makes another value of them makes it of undefined.
 */
export function redactRow(row: Model, redacted: ReadonlySet<string>): Model {
  if (redacted.size === 0) return row;
  const isKept = (name: string) => !redacted.has(name);
  const copy = copyRow(row, pickNames(internalsOf(row).dataValues, isKept));
  const values = internalsOf(copy).dataValues;
  for (const name of redacted) Reflect.deleteProperty(values, name);
  const withGetters = copy as unknown as WithGetters;
  const getters = pickNames(withGetters._customGetters, isKept);
  Object.defineProperty(copy, '_customGetters', { value: getters });
  return copy;
}
