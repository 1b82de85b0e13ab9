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
 * A connection that is lost: SQLSTATE 08 and 57P0 (https://www.postgresql.org/docs/current/errcodes-appendix.html),
 * or a socket's own code.
 */
const CODES = /^(08...|57P0[1-5]|ECONNRESET|EPIPE|ETIMEDOUT)$/;
/** What the driver says without a code, of a connection that it lost before or meanwhile. */
const MESSAGES = /^Connection terminated|is not queryable$/;

/** Whether a statement failed because the database does not answer, and not for what it says. */
export function isConnectionFailure(error: unknown): boolean {
  const { name, parent } = (error ?? {}) as SequelizeFailure;
  if (NAMES.has(name)) return true;
  if (name !== 'SequelizeDatabaseError') return false;
  const { code, message } = parent ?? {};
  return code === undefined ? MESSAGES.test(String(message)) : CODES.test(String(code));
}

interface SequelizeFailure {
  readonly name?: unknown;
  readonly parent?: { readonly code?: unknown; readonly message?: unknown };
}
