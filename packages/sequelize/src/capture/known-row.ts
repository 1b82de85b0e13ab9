import type { Model } from 'sequelize';
import { modelOf } from './copy-row.js';

/** Whether the database is to make the value: `literal('now()')`, `fn('lower', col('name'))`. */
export function isComputed(row: Model, value: unknown): boolean {
  const sequelize = modelOf(row).sequelize as unknown as MadeByLibrary;
  return value instanceof sequelize.constructor.Utils.SequelizeMethod;
}

/** The copy of the library that the app uses, which need not be ours. */
interface MadeByLibrary {
  readonly constructor: { readonly Utils: { readonly SequelizeMethod: new () => object } };
}
