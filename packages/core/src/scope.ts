import { HooklineError } from './errors.js';
import { accountKey } from './events/build-event.js';
import type { AccountScope } from './hub.js';
import type { Page, Scope } from './ports/store.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 250;

export function toScope({ accountId }: AccountScope): Scope {
  return accountId === undefined ? {} : { accountId: accountKey(accountId) };
}

/** Throws VALIDATION_FAILED for a limit outside 1 to 250. */
export function toPage({ limit = DEFAULT_LIMIT, before }: Partial<Page>): Page {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    const problem = `limit: expected a whole number from 1 to ${MAX_LIMIT}`;
    throw new HooklineError('VALIDATION_FAILED', { problem, fields: { limit: problem } });
  }
  return before === undefined ? { limit } : { limit, before };
}
