import type {
  AccountId,
  AnyRegistry,
  DataInput,
  DispatchAllOptions,
  Feed,
  FeedHandle,
  Logger,
  NewEvent,
  RowSource,
  TypeOf,
} from '@hookline/core';
import type { Attributes, Model, Transaction } from 'sequelize';
import type { ChangeCondition } from './changes.js';

/** What is used of a hub. */
export interface ModelHub<R extends AnyRegistry = AnyRegistry> {
  readonly registry?: R;
  readonly logger?: Logger;
  dispatchAll(
    events: readonly NewEvent[],
    options?: DispatchAllOptions,
  ): Promise<readonly { readonly id: string }[]>;
  addFeed?(feed: Feed): FeedHandle;
  addRows?(rows: RowSource): () => void;
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
  /**
   * More events of an update, each where its condition holds. The condition sees the row as it is and every change
   * that is not under `ignore`, `redact` or not. All events of one write are stored with one statement.
   */
  readonly when?: { readonly [Type in When]?: ChangeCondition<M> };
  /**
   * The account the event belongs to: an attribute, or a function that answers it, null for none; undefined is
   * refused (EVENT_DATA_INVALID), for it is an attribute misspelt. With an attribute the rows of one account are found
   * by the database. Default: that of the context, or else none.
   */
  readonly account?: (keyof Attributes<M> & string) | ((instance: M) => AccountId | null);
  /**
   * The data of the event, made of the whole row: one that was read in part is read again. What is under `redact` is
   * undefined on it. Called inside the write, so a query made here needs `context.transaction`. Default: the model's
   * name in camel case, and under it the model's own attributes, virtual ones too, without included associations.
   */
  readonly data?: (
    instance: M,
    context: DataContext,
  ) => DataOf<R, Row | When> | Promise<DataOf<R, Row | When>>;
  /** Attributes that may be in the default data and in `changes`, and whose change makes an `updated` event. Default: all. */
  readonly only?: readonly (keyof Attributes<M> & string)[];
  /**
   * Attributes that are in neither, that the data function does not get to see, and whose change alone makes no
   * `updated` event: password hashes, tokens. Virtual attributes are made of what is left.
   */
  readonly redact?: readonly (keyof Attributes<M> & string)[];
  /** Attributes whose changes alone make no event, and are not in `changes`: counters, times. They stay in the data. */
  readonly ignore?: readonly (keyof Attributes<M> & string)[];
  /** Whether events of an update carry `changes: { attribute: { previous, current } }`. Default true. */
  readonly changes?: boolean;
  /**
   * What writes of many rows become (`bulkCreate`, `Model.update`, `destroy`, `restore`, `truncate`, `increment`):
   * `rows` an event for each row; `summary` one `summary` event per account; `off` nothing, unless the call itself says
   * `individualHooks: true`, which means `rows` in any case. With `capture: 'trigger'` it is always `rows`. Default
   * `rows`.
   */
  readonly bulk?: 'rows' | 'summary' | 'off';
  /**
   * The most rows of one call that become an event each, unless it says `individualHooks: true`. More become a `summary`,
   * or are refused with BULK_TOO_LARGE. Default 10,000.
   */
  readonly bulkRowCap?: number;
  /** The event of a write of many rows; its data is a `BulkSummary`. `bulk: 'summary'` needs it. Default: none. */
  readonly summary?: TypeOf<R>;
  /**
   * Writes without a transaction: `auto` opens one, `require` refuses them (TRANSACTION_REQUIRED), `off` writes the
   * event in a statement of its own after the row: a process that dies in between leaves a row without its event. With
   * `capture: 'trigger'` it means nothing: the database sees to it. Default `auto`.
   */
  readonly transaction?: 'auto' | 'require' | 'off';
  /**
   * Where an event cannot be made or stored: `abort` undoes the write with it, and its caller gets the error; `log`
   * keeps the write and logs EVENTS_LOST. The latter works behind a savepoint: what the app sends at the same time in
   * the same transaction, without awaiting one after the other, may be undone with the event. Default `abort`.
   */
  readonly onOutboxError?: 'abort' | 'log';
  /**
   * Whether all that happens to a row in one transaction becomes what it comes to: ten saves one `updated` with the
   * merged changes, created and changed one `created`, created and destroyed nothing. What a savepoint of Sequelize
   * takes back does not count. Each write replaces the events of those before it. Default false.
   */
  readonly coalesce?: boolean;
  /**
   * Who sees the changes: `hooks`, this process, what it writes through the model; `trigger`, the database, whoever
   * writes and how. For the latter the table needs its triggers: see `captureMigrations`. Default `hooks`.
   */
  readonly capture?: 'hooks' | 'trigger';
}

/** The data of a `summary` event. */
export interface BulkSummary {
  /** The name of the model. */
  readonly model: string;
  readonly operation: 'created' | 'updated' | 'destroyed' | 'restored';
  /** How many rows of this account. */
  readonly count: number;
  /** The attributes that were written, for an update; without those that are hidden. */
  readonly attributes?: readonly string[];
}
