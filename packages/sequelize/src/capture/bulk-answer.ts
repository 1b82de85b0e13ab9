import type { Model } from 'sequelize';
import { copyRow, internalsOf, modelOf, pickNames } from './copy-row.js';

/** The option `returning`, as the app gave it. */
export type Returning = boolean | readonly string[] | undefined;

/** Makes complete rows of instances once their statement has answered, in their order. */
export type TakeRows = () => readonly Model[];

/**
 * Remembers what instances are before a statement that is asked for more than the app asks for: Sequelize puts on them
 * what comes back, and with duplicates that are ignored on others than it is about. Where the app did not ask for all,
 * taking the rows leaves on them what it did, and of what is `added` the values that they had none of.
 */
export function keepAnswers(
  instances: readonly Model[],
  wanted: Returning,
  added: ReadonlySet<string> = new Set(),
): TakeRows {
  if (wanted === true) return () => instances;
  const ownValues = instances.map((instance) => ({ ...internalsOf(instance).dataValues }));
  return () =>
    instances.map((instance, index) => {
      const internals = internalsOf(instance);
      const { dataValues, _previousDataValues: previous } = internals;
      const own = ownValues[index] ?? {};
      const isMeant = (name: string) =>
        isAsked(instance, name, wanted) || (added.has(name) && !Object.hasOwn(own, name));
      const row = copyRow(instance, dataValues);
      const values = { ...own, ...pickNames(dataValues, isMeant) };
      internals.dataValues = values;
      // Sequelize takes what came back for what is stored, so that it knows what is changed later.
      for (const name of Object.keys(previous)) {
        if (previous[name] === dataValues[name]) previous[name] = values[name];
      }
      return row;
    });
}

/** By its own name or that of its column. */
function isAsked(row: Model, name: string, wanted: Returning): boolean {
  if (!Array.isArray(wanted)) return false;
  return wanted.includes(name) || wanted.includes(modelOf(row).getAttributes()[name]?.field);
}
