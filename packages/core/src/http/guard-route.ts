import { HooklineError } from '../errors.js';
import type { AccountScope, AnyHub } from '../hub.js';
import type { Authorizer, Permission } from '../ports/authorizer.js';
import { respondError } from './respond-error.js';
import type { HttpMethod, HttpRequest, HttpResponse, Route } from './types.js';

/** What a handler gets besides the request: the hub, and the rows the caller may touch. */
export interface AdminContext {
  readonly hub: AnyHub;
  readonly scope: AccountScope;
}

export interface AdminRoute {
  readonly method: HttpMethod;
  readonly path: string;
  readonly permission: Permission;
  readonly handler: (request: HttpRequest, context: AdminContext) => Promise<HttpResponse>;
}

/** Puts a route behind `authorize`; errors of either become answers. */
export function guarded(route: AdminRoute, hub: AnyHub, authorize: Authorizer | null): Route {
  return {
    method: route.method,
    path: route.path,
    async handle(request) {
      try {
        const scope = await authorizeRequest(request, route.permission, authorize);
        return await route.handler(request, { hub, scope });
      } catch (error) {
        return respondError(error, hub.logger);
      }
    },
  };
}

async function authorizeRequest(
  request: HttpRequest,
  permission: Permission,
  authorize: Authorizer | null,
): Promise<AccountScope> {
  if (!authorize) throw new HooklineError('AUTHORIZER_MISSING');
  const principal = await authorize(request, permission);
  if (principal === null || principal === undefined) throw new HooklineError('UNAUTHENTICATED');
  if (principal === false) throw new HooklineError('FORBIDDEN', { permission });
  return principal === true || principal.accountId === undefined ? {} : { accountId: principal.accountId };
}
