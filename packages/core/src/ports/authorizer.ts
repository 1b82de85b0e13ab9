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
  | 'event-types:read';

/** Who is asking. Without `accountId` they are staff and see every account; with it, that account alone. */
export interface Principal {
  readonly accountId?: AccountId | null;
}

/**
 * Decides who may use the admin routes: return a principal to let the request in (`true` for staff),
 * `false` to answer 403, `null` or `undefined` to answer 401.
 */
export type Authorizer = (
  request: HttpRequest,
  permission: Permission,
) => Principal | boolean | null | undefined | Promise<Principal | boolean | null | undefined>;
