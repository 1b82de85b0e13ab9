import { errorFields, HooklineError, isHooklineError } from '../errors.js';
import type { Logger } from '../ports/logger.js';
import type { HttpResponse } from './types.js';

/** The only place where an error becomes an answer: `{ error: { code, message, details? } }`. It is told; default: in the log. */
export function respondError(
  error: unknown,
  logger: Logger,
  tell: (known: HooklineError) => void = (known) => logError(known, logger),
): HttpResponse {
  const known = isHooklineError(error) ? error : new HooklineError('INTERNAL', {}, error);
  tell(known);
  return { status: known.status, body: { error: describe(known) } };
}

function logError(known: HooklineError, logger: Logger): void {
  if (known.status >= 500) logger.error(errorFields(known), known.message);
  else logger.info({ code: known.code, status: known.status }, known.message);
}

/** What an error that is none of the client's business looks like from outside: its code, and nothing else of it. */
function describe({ code, message, expose, details }: HooklineError) {
  if (!expose) return { code, message: 'Something failed on our side; the log has the cause.' };
  return Object.keys(details).length > 0 ? { code, message, details } : { code, message };
}
