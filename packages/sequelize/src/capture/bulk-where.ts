import { type Model, type ModelStatic, Op, type WhereOptions } from 'sequelize';
import { deletedAtOf } from '../binding/changes.js';
import type { Values } from './bulk-keys.js';

/** What Sequelize takes as `where`; undefined holds for all rows. */
export type Condition = WhereOptions | undefined;

/** Whether a `where` is to be in the names of attributes, or in those of their columns. */
export type Naming = 'attributes' | 'columns';

/** Of a paranoid model: which rows. */
export type Life = 'living' | 'deleted';

export function allOf(conditions: readonly Condition[]): WhereOptions {
  return { [Op.and]: conditions.filter((condition) => condition !== undefined) } as WhereOptions;
}

export function anyOf(conditions: readonly WhereOptions[]): WhereOptions {
  return { [Op.or]: conditions } as WhereOptions;
}

/** Of what `allOf` made. */
export function firstOf(where: Condition): Condition {
  return (where as { readonly [Op.and]: readonly Condition[] })[Op.and][0];
}

export function nameFor(model: ModelStatic<Model>, attribute: string, naming: Naming): string {
  return naming === 'columns' ? (model.getAttributes()[attribute]?.field ?? attribute) : attribute;
}

/** The rows that agree with one of the given ones in all of these, of which there is at least one. */
export function whereAny(names: readonly string[], rows: readonly Values[]): WhereOptions {
  const name = String(names[0]);
  // Sequelize takes an OR of nothing for no condition, and a list of nothing for one that never holds.
  if (rows.length === 0) return { [name]: [] };
  if (names.length > 1) return anyOf(rows.map((row) => whereAll(names, row)));
  const values = rows.map((row) => row[name]);
  const bound = values.filter(isBound).map((value) => ({ [name]: value }) as WhereOptions);
  const listed = { [name]: values.filter((value) => !isBound(value)) } as WhereOptions;
  return bound.length === 0 ? listed : anyOf([listed, ...bound]);
}

function whereAll(names: readonly string[], row: Values): WhereOptions {
  const conditions = names.map((name) => [name, isBound(row[name]) ? row[name] : [row[name]]]);
  return Object.fromEntries(conditions) as WhereOptions;
}

/**
 * Sequelize writes a list into its statement, where `$word` is a parameter to it even inside quotes. It makes a
 * parameter of a value that stands alone, of which there can be 65,535.
 */
function isBound(value: unknown): boolean {
  return typeof value === 'string' && value.includes('$');
}

export function whereLife(model: ModelStatic<Model>, life: Life, naming: Naming): WhereOptions {
  const attribute = deletedAtOf(model);
  const name = nameFor(model, attribute, naming);
  const { defaultValue = null } = model.getAttributes()[attribute] ?? {};
  if (life === 'living') return { [name]: defaultValue } as WhereOptions;
  if (defaultValue === null) return { [name]: { [Op.ne]: null } };
  return { [name]: { [Op.or]: [{ [Op.ne]: defaultValue }, { [Op.is]: null }] } } as WhereOptions;
}

/** The rows that come after this one in the order of these attributes. */
export function whereBeyond(names: readonly string[], row: Values): WhereOptions {
  const beyond = names.map((name, index) => ({
    ...Object.fromEntries(names.slice(0, index).map((other) => [other, row[other]])),
    [name]: { [Op.gt]: row[name] },
  }));
  return anyOf(beyond as WhereOptions[]);
}
