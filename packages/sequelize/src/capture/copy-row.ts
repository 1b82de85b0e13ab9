import type { Model, ModelStatic } from 'sequelize';

export type Values = Readonly<Record<string, unknown>>;

/** What is used of an instance's internals. All of Sequelize 6 has them. */
export interface RowInternals {
  dataValues: Record<string, unknown>;
  _previousDataValues: Record<string, unknown>;
  _changed: Set<string>;
  _options: Record<string, unknown>;
}

/** The model as the row was made by it: scoped, or with another schema. */
export function modelOf(row: Model): ModelStatic<Model> {
  return row.constructor as ModelStatic<Model>;
}

export function internalsOf(row: Model): RowInternals {
  return row as unknown as RowInternals;
}

/**
 * The row with other values of its columns. All else is the same: methods, getters, virtual values, included
 * associations, what the app put on it, and of these columns what changed.
 */
export function copyRow(row: Model, values: Values): Model {
  const model = modelOf(row);
  const copy = model.build(values as never, { raw: true, isNewRecord: false });
  const [from, to] = [internalsOf(row), internalsOf(copy)];
  const columns = columnsOf(model);
  for (const [name, value] of Object.entries(from.dataValues)) {
    if (!columns.includes(name)) to.dataValues[name] = value;
  }
  for (const [name, value] of Object.entries(row)) {
    if (!Object.hasOwn(copy, name)) Reflect.set(copy, name, value);
  }
  to._options = { ...from._options, attributes: undefined };
  to._previousDataValues = pickNames(from._previousDataValues, (name) => Object.hasOwn(values, name));
  to._changed = new Set([...from._changed].filter((name) => Object.hasOwn(values, name)));
  return copy;
}

export function pickNames(values: Values, isPicked: (name: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => isPicked(name)));
}

/** The attributes that have a column. */
export function columnsOf(model: ModelStatic<Model>): readonly string[] {
  return Object.keys((model as unknown as WithColumns).tableAttributes);
}

/** What is used of a model's internals: its attributes without the virtual ones. */
interface WithColumns {
  readonly tableAttributes: object;
}
