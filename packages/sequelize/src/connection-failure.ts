/** Sequelize's errors of a connection that is not to be had, by name: the app's copy of the package may be another. */
const NAMES: ReadonlySet<unknown> = new Set([
  'SequelizeConnectionError',
  'SequelizeConnectionRefusedError',
  'SequelizeHostNotFoundError',
  'SequelizeHostNotReachableError',
  'SequelizeInvalidConnectionError',
  'SequelizeConnectionTimedOutError',
  'SequelizeConnectionAcquireTimeoutError',
]);

/**
 * SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html) of a connection that is lost, 08 and
 * 57P0, and of a server without room, 53; or a socket's own code.
 */
const CODES = /^(08...|53...|57P0[1-5]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;
/** What the driver says without a code, of a connection that it lost before or meanwhile, or that answers nothing. */
const MESSAGES = /^Connection terminated|is not queryable$|^Query read timeout$/;
/**
 * What goes well another time, where the transaction is not the caller's: a connection to a server that is no longer
 * the primary, a serialization failure, a deadlock, a timeout of a lock or of the statement that the app set.
 */
const PASSING_CODES = /^(25006|40001|40P01|55P03|57014)$/;

export interface FailureContext {
  /** Whether the statement was a transaction of its own. */
  readonly isAlone: boolean;
}

/** Whether a statement failed because the database does not answer or could not do it now, and not for what it says. */
export function isConnectionFailure(error: unknown, { isAlone }: FailureContext): boolean {
  const failure = (error ?? {}) as SequelizeFailure;
  if (NAMES.has(failure.name)) return true;
  // A connection that is lost while Sequelize sets it up fails with the driver's own error.
  const { code, message } = failure.parent ?? failure;
  if (code === undefined) return MESSAGES.test(String(message));
  return CODES.test(String(code)) || (isAlone && PASSING_CODES.test(String(code)));
}

interface SequelizeFailure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly parent?: { readonly code?: unknown; readonly message?: unknown };
}
