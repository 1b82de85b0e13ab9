import type { AccountId } from '../events/event.js';
import type { HttpRequest } from '../http/types.js';

/** What a route asks for: the thing, and whether it only reads. */
export type Permission =
  | 'webhooks:read'
  | 'webhooks:write'
  | 'secrets:read'
  | 'deliveries:read'
  | 'deliveries:write'
  | 'events:read'
  | 'receipts:read'
  | 'receipts:write'
  | 'event-types:read';

/** Who is asking, and so whose rows they may touch: those of one account, or of the app with one tenant (`null`). */
export interface Principal {
  readonly accountId: AccountId | null;
}

/**
 * Decides who may use the admin routes: `true` for staff, who see every account; a principal for one account;
 * `false` to answer 403; `null` or `undefined` to answer 401. Anything else lets nobody in.
 */
export type Authorizer = (
  request: HttpRequest,
  permission: Permission,
) => Principal | boolean | null | undefined | Promise<Principal | boolean | null | undefined>;
