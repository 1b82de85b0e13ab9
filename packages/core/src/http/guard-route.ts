import { HooklineError } from '../errors.js';
import type { AnyHub } from '../hub.js';
import type { AccountScope } from '../hub-services.js';
import type { Authorizer, Permission } from '../ports/authorizer.js';
import { isStorableId } from '../safe-text.js';
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
  /** For what belongs to no account: callers that are bound to one are refused. */
  readonly isForStaff?: true;
  readonly handler: (request: HttpRequest, context: AdminContext) => Promise<HttpResponse>;
}

/** Puts a route behind `authorize`; errors of either become answers. */
export function guarded(route: AdminRoute, hub: AnyHub, authorize: Authorizer | null): Route {
  return {
    method: route.method,
    path: route.path,
    async handle(request) {
      try {
        if (route.method !== 'get') refuseForeignForms(request);
        const scope = await authorizeRequest(request, route, authorize);
        return await route.handler(request, { hub, scope });
      } catch (error) {
        return respondError(error, hub.logger);
      }
    },
  };
}

async function authorizeRequest(
  request: HttpRequest,
  { permission, isForStaff }: Pick<AdminRoute, 'permission' | 'isForStaff'>,
  authorize: Authorizer | null,
): Promise<AccountScope> {
  if (!authorize) throw new HooklineError('AUTHORIZER_MISSING');
  const principal = await authorize(request, permission);
  if (principal === null || principal === undefined) throw new HooklineError('UNAUTHENTICATED');
  if (principal === false) throw new HooklineError('FORBIDDEN', { permission });
  if (principal === true) return {};
  const { accountId } = principal;
  // `{ accountId: request.user?.accountId }` without a user must not read as staff
  if (accountId !== null && !isStorableId(accountId)) throw new HooklineError('PRINCIPAL_INVALID');
  if (isForStaff) throw new HooklineError('FORBIDDEN', { permission });
  return { accountId };
}

/**
 * What a page of another site can make a browser send with the user's cookies: a request that says so, or a form.
 * JSON it cannot send without asking first (CORS).
 */
function refuseForeignForms({ headers }: HttpRequest): void {
  if (headers['sec-fetch-site'] === 'cross-site') throw new HooklineError('CROSS_SITE_REFUSED');
  const type = headers['content-type'];
  if (type === undefined || /^application\/([\w.-]+\+)?json\b/i.test(type)) return;
  throw new HooklineError('MEDIA_TYPE_UNSUPPORTED', { type: type.slice(0, 100) });
}
