import type { Model, ModelStatic } from 'sequelize';

export type Values = Readonly<Record<string, unknown>>;

/**
 * The attributes of the primary key that a row can be found by again. Not dates: the database has microseconds, and
 * Sequelize milliseconds.
 */
export function findableKeysOf(model: ModelStatic<Model>): readonly string[] {
  const attributes = model.getAttributes();
  const typeOf = (name: string) => attributes[name]?.type as { readonly key?: string } | undefined;
  return model.primaryKeyAttributes.filter((name) => typeOf(name)?.key !== 'DATE');
}

export function valuesOf(names: readonly string[], row: Model): Values {
  return Object.fromEntries(names.map((name) => [name, row.getDataValue(name as never)]));
}

/** The same for the same values. */
export function keyText(names: readonly string[], values: Values): string {
  const texts = names.map((name) => {
    const value = values[name];
    return value instanceof Date ? value.toISOString() : String(value);
  });
  return JSON.stringify(texts);
}

/** Rows by the values of some of their attributes. */
export function indexRows(names: readonly string[], rows: readonly Model[]): ReadonlyMap<string, Model> {
  return new Map(rows.map((row) => [keyText(names, valuesOf(names, row)), row]));
}
