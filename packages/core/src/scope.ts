import { invalidField } from './errors.js';
import { accountKey } from './events/build-event.js';
import type { AccountScope, EventFilter } from './hub-services.js';
import type { Page, Scope } from './ports/store.js';

/** Rows of a page whose size is not asked for. */
export const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 250;

export function toScope({ accountId }: AccountScope): Scope {
  return accountId === undefined ? {} : { accountId: accountKey(accountId) };
}

/** Internal events are the staff's to see; an account sees what its webhooks could have. */
export function visibleTo({ accountId }: AccountScope): Pick<EventFilter, 'visibility'> {
  return accountId === undefined ? {} : { visibility: 'subscribable' };
}

/** Throws VALIDATION_FAILED for a limit outside 1 to 250. */
export function toPage({ limit = DEFAULT_LIMIT, before }: Partial<Page>): Page {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw invalidField('limit', `expected a whole number from 1 to ${MAX_LIMIT}`);
  }
  return before === undefined ? { limit } : { limit, before };
}
