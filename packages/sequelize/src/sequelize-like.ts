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
  /** Keeps it in the CLS, where there is one, while `work` goes on; then commits, or rolls back where that rejects. */
  transaction<Result>(options: object, work: (transaction: unknown) => Promise<Result>): Promise<Result>;
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

/** The settings that a pool of Sequelize connects with. */
export interface ConnectionConfig {
  readonly username?: unknown;
  readonly password?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly database?: unknown;
  readonly dialectOptions?: Readonly<Record<string, unknown>>;
}

/**
 * What is used of Sequelize's internals to open a connection of our own where the app's connections go: the driver
 * (the app's `dialectModule`, if it has one), what the pool connects with (under `replication.write` where there are
 * replicas), and the hook that may change it, such as a password that expires. All of Sequelize 6 has them.
 */
export interface ConnectionInternals {
  readonly connectionManager: {
    readonly config: ConnectionConfig & {
      readonly native?: unknown;
      readonly replication?: { readonly write: ConnectionConfig } | false | null;
    };
    readonly lib: { readonly Client: new (settings: object) => DriverClient };
  };
  runHooks(hook: 'beforeConnect', config: ConnectionConfig): Promise<unknown>;
}

/** What is used of a client of pg. */
export interface DriverClient {
  connect(): Promise<unknown>;
  query(sql: string): Promise<unknown>;
  end(): Promise<void>;
  on(event: 'error' | 'end', listener: () => void): unknown;
  on(event: 'notification', listener: (notice: { readonly payload?: string }) => void): unknown;
  /** Since pg 8.7. */
  unref?(): void;
  readonly connection?: { readonly stream?: { destroy?(): void } };
}

/** Sequelize's own default. */
const DEFAULT_POOL_SIZE = 5;

/** How many connections it makes at most. */
export function poolSizeOf(sequelize: object): number {
  const { options } = sequelize as { readonly options?: { readonly pool?: { readonly max?: unknown } } };
  const max = options?.pool?.max;
  return typeof max === 'number' ? max : DEFAULT_POOL_SIZE;
}

/** Whether the driver is pg-native. */
export function isNative(sequelize: object): boolean {
  const { connectionManager } = sequelize as Partial<ConnectionInternals>;
  return Boolean(connectionManager?.config?.native);
}

/** Null where they are absent, and with pg-native, whose connections keep a process alive. */
export function connectionInternalsOf(sequelize: object): ConnectionInternals | null {
  const { connectionManager: manager, runHooks } = sequelize as Partial<ConnectionInternals>;
  const { config, lib } = (manager ?? {}) as Partial<ConnectionInternals['connectionManager']>;
  const isUsable =
    typeof runHooks === 'function' && typeof lib?.Client === 'function' && config && !config.native;
  return isUsable ? (sequelize as ConnectionInternals) : null;
}
