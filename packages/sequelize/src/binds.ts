import { BoundArray } from './bound-array.js';
import { type Columns, type ColumnType, columnOf, sqlTypeOf, toColumn } from './columns.js';

/** Collects the values of a statement while its text is put together. */
export class Binds {
  readonly values: unknown[] = [];

  /** The placeholder that stands for a value. */
  add(type: ColumnType, value: unknown): string {
    return this.#add(type, toColumn(type, value));
  }

  /** The placeholder that stands for a list of values. */
  addAll(type: ColumnType, values: readonly unknown[]): string {
    return this.#addArray(
      type,
      values.map((value) => toColumn(type, value)),
    );
  }

  /**
   * A FROM item with one row per item. A column in which all are equal, as many are, is sent as one value; the
   * first column is an array all the same, since it makes the rows.
   */
  addRows<Item>(columns: Columns<Item>, items: readonly Item[], alias: string): string {
    const arrays: string[] = [];
    const names: string[] = [];
    const shared: string[] = [];
    for (const field in columns) {
      const type = columns[field];
      const values = items.map((item) => toColumn(type, item[field]));
      if (names.length > 0 && isUniform(values)) {
        shared.push(`${this.#add(type, values[0])} AS ${columnOf(field)}`);
      } else {
        arrays.push(this.#addArray(type, values));
        names.push(columnOf(field));
      }
    }
    const rows = `unnest(${arrays.join(', ')}) AS ${alias}(${names.join(', ')})`;
    return shared.length === 0 ? rows : `(SELECT *, ${shared.join(', ')} FROM ${rows}) AS ${alias}`;
  }

  #add(type: ColumnType, value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}::${sqlTypeOf(type)}`;
  }

  #addArray(type: ColumnType, values: readonly unknown[]): string {
    this.values.push(new BoundArray(type, values));
    return `$${this.values.length}::${sqlTypeOf(type)}[]`;
  }
}

function isUniform(values: readonly unknown[]): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return values.length > 0;
}
