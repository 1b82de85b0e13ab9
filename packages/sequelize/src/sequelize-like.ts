/** A row as the driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * What is used of a Sequelize 6 instance. Told by shape, so that an app with a second copy of the package (or
 * sequelize-typescript) fits as well.
 */
export interface SequelizeLike {
  getDialect(): string;
  query(sql: string, options: object): Promise<unknown>;
  transaction(): Promise<OpenTransaction>;
}

/** What is used of a Sequelize 6 transaction. */
export interface TransactionLike {
  /** The transaction that this one is a savepoint of. */
  readonly parent?: TransactionLike | null;
  afterCommit(callback: () => void): void;
}

/** A transaction that its opener ends. */
export interface OpenTransaction {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export function isTransaction(value: unknown): value is TransactionLike {
  return typeof (value as Partial<TransactionLike> | null | undefined)?.afterCommit === 'function';
}

export function isSequelize(value: unknown): value is SequelizeLike {
  const { getDialect, query } = (value ?? {}) as Partial<SequelizeLike>;
  return typeof getDialect === 'function' && typeof query === 'function';
}
