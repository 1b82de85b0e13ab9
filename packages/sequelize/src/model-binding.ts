import type { AccountId, AnyRegistry, DataInput, DispatchOptions, TypeOf } from '@hookline/core';
import type { Attributes, Model, Transaction } from 'sequelize';
import type { ChangeCondition } from './changes.js';

/** What is used of a hub. */
export interface ModelHub<R extends AnyRegistry = AnyRegistry> {
  readonly registry?: R;
  dispatch(type: string, data: unknown, options?: DispatchOptions): Promise<unknown>;
}

/** Data that fits each of these event types; anything for a hub whose types are not declared. */
export type DataOf<R extends AnyRegistry, Type extends string> =
  string extends TypeOf<R>
    ? unknown
    : Common<Type extends unknown ? (data: DataInput<R, Type>) => void : never>;

type Common<Takers> = [Takers] extends [(data: infer Data) => void] ? Data : never;

export interface DataContext {
  readonly type: string;
  /** The transaction that the write is in: pass it to every query made here. */
  readonly transaction: Transaction | null;
}

/** Which events a model's writes become, and what is in them. */
export interface ModelBinding<
  M extends Model,
  R extends AnyRegistry = AnyRegistry,
  Row extends TypeOf<R> = TypeOf<R>,
  When extends TypeOf<R> = TypeOf<R>,
> {
  /** The event of a new row. */
  readonly created?: Row;
  /** The event of an update that changed something besides the timestamps. */
  readonly updated?: Row;
  /** The event of a destroyed row, paranoid or not: its data is the row as it was. */
  readonly destroyed?: Row;
  /** The event of a paranoid row that came back. */
  readonly restored?: Row;
  /** More events of an update, each where its condition holds; the condition sees every change, `redact` or not. */
  readonly when?: { readonly [Type in When]?: ChangeCondition<M> };
  /** The account the event belongs to, null for none; undefined is refused: it is an attribute that was not read. Default: none. */
  readonly account?: (instance: M) => AccountId | null;
  /**
   * The data of the event. Called inside the write, so a query made here needs `context.transaction`.
   * Default: the model's name in camel case, and under it all that `instance.get()` gives.
   */
  readonly data?: (
    instance: M,
    context: DataContext,
  ) => DataOf<R, Row | When> | Promise<DataOf<R, Row | When>>;
  /** Attributes that may be in the default data and in `changes`, and whose change makes an `updated` event. Default: all. */
  readonly only?: readonly (keyof Attributes<M> & string)[];
  /** Attributes that are in neither, and whose change alone makes no `updated` event: password hashes, tokens. */
  readonly redact?: readonly (keyof Attributes<M> & string)[];
  /** Whether events of an update carry `changes: { attribute: { previous, current } }`. Default true. */
  readonly changes?: boolean;
}
