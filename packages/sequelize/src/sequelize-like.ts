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

/** A transaction that its opener ends. */
export interface OpenTransaction {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export function isSequelize(value: unknown): value is SequelizeLike {
  const { getDialect, query } = (value ?? {}) as Partial<SequelizeLike>;
  return typeof getDialect === 'function' && typeof query === 'function';
}
