import type { Model, ModelStatic } from 'sequelize';

/** Attributes whose values together are in one row at most. */
export type UniqueKey = readonly string[];

/** What is used of a model's internals: in the names of columns, or expressions. All of Sequelize 6 has them. */
interface WithUniqueKeys {
  readonly uniqueKeys: Readonly<Record<string, { readonly fields: readonly unknown[] }>>;
  readonly _indexes: readonly { readonly unique?: boolean; readonly fields: readonly unknown[] }[];
}

/** All that the model knows of, the primary one first. */
export function uniqueKeysOf(model: ModelStatic<Model>): readonly UniqueKey[] {
  const { uniqueKeys, _indexes: indexes } = model as unknown as WithUniqueKeys;
  const others = [...Object.values(uniqueKeys), ...indexes.filter(({ unique }) => unique)];
  const byAttributes = others.map(({ fields }) => attributesOf(model, fields));
  return [model.primaryKeyAttributes, ...byAttributes].filter((key) => key.length > 0);
}

/** None where an expression is among the columns. */
export function attributesOf(model: ModelStatic<Model>, columns: readonly unknown[]): UniqueKey {
  const attributes = Object.entries(model.getAttributes());
  const names = columns.map((column) => attributes.find(([name, { field = name }]) => field === column)?.[0]);
  return names.every((name) => name !== undefined) ? names : [];
}
