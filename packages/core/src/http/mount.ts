import { consoleLogger } from '../adapters/console-logger.js';
import { refuseMisspelt } from '../check-options.js';
import { createHub } from '../create-hub.js';
import { errorFields, HooklineError } from '../errors.js';
import type { AnyHub } from '../hub.js';
import type { AnySource, Sources } from '../inbound/source.js';
import { sourcesFromEnv } from '../inbound/sources-from-env.js';
import type { Authorizer } from '../ports/authorizer.js';
import { adminRoutes } from './admin-routes.js';
import { bodyLimit } from './body-limit.js';
import { inboundRoutes } from './inbound-routes.js';
import { loopbackAuthorizer } from './loopback-authorizer.js';
import type { Route } from './types.js';

const INBOUND_OPTIONS = ['sources', 'maxBodyBytes', 'path'];
const ADMIN_OPTIONS = ['authorize', 'maxBodyBytes', 'path'];
const LOOPBACK = ['127.0.0.0/8', '::1'];

export interface InboundOptions {
  /** Senders, by the name they are mounted under. Default: none, and for a bare `webhooks()` those of the environment. */
  readonly sources?: Sources;
  /** Largest body, in bytes. Default 1,000,000. */
  readonly maxBodyBytes?: number;
  /** Where the routes are found when mounted at the root of the app. Default `/webhooks`, `/inbound` or `/admin`. */
  readonly path?: string;
}

export interface AdminOptions {
  /** Who may use the admin routes. Default: nobody. */
  readonly authorize?: Authorizer;
  /** Largest body, in bytes. Default 1,000,000. */
  readonly maxBodyBytes?: number;
  /** Where the routes are found when mounted at the root of the app. */
  readonly path?: string;
}

export interface WebhooksOptions extends InboundOptions, AdminOptions {}

/** What a framework package mounts. */
export interface Mount {
  readonly hub: AnyHub;
  readonly routes: readonly Route[];
  /** Where to serve when mounted at the root of the app: `/webhooks`, `/inbound`, `/admin`, or the `path` given. */
  readonly rootPath: string;
  /** Limit for `createBodyReader`, in bytes. */
  readonly maxBodyBytes: number;
}

/**
 * Inbound sources under `/inbound/:source` and the admin routes under `/admin`. Without a hub it makes its own:
 * in memory, with the sources whose `<NAME>_WEBHOOK_SECRET` is set, and outside production with an admin that is
 * open to this machine with a token, printed once, and webhooks that may point to this machine.
 *
 * Throws OPTION_INVALID, SOURCE_NAME_INVALID.
 */
export function mountWebhooks(hub?: AnyHub, options: WebhooksOptions = {}): Mount {
  assertNames(options, [...INBOUND_OPTIONS, ...ADMIN_OPTIONS]);
  assertAuthorizer(options);
  return hub ? mountBoth(hub, options) : mountBare(options);
}

export function mountInbound(hub: AnyHub, options: InboundOptions = {}): Mount {
  assertHub(hub);
  assertNames(options, INBOUND_OPTIONS);
  addSources(hub, options.sources ?? {});
  return toMount(hub, inboundRoutes(hub), '/inbound', options);
}

export function mountAdmin(hub: AnyHub, options: AdminOptions = {}): Mount {
  assertHub(hub);
  assertNames(options, ADMIN_OPTIONS);
  assertAuthorizer(options);
  return toMount(hub, adminRoutes(hub, options.authorize ?? null), '/admin', options);
}

function mountBoth(hub: AnyHub, options: WebhooksOptions): Mount {
  assertHub(hub);
  addSources(hub, options.sources ?? {});
  const routes = [
    ...inboundRoutes(hub, '/inbound'),
    ...adminRoutes(hub, options.authorize ?? null, '/admin'),
  ];
  return toMount(hub, routes, '/webhooks', options);
}

function mountBare(options: WebhooksOptions): Mount {
  const isProduction = process.env.NODE_ENV === 'production';
  const hub = createHub(isProduction ? {} : { delivery: { allowAddresses: LOOPBACK } });
  const sources = options.sources ?? sourcesFromEnv(process.env);
  if (options.authorize || isProduction) return mountBoth(hub, { ...options, sources });
  const { authorize, token } = loopbackAuthorizer();
  consoleLogger.warn(
    { authorization: `Bearer ${token}` },
    'the admin routes are open to this machine, with this header',
  );
  return mountBoth(hub, { ...options, sources, authorize });
}

function addSources(hub: AnyHub, sources: Sources): void {
  for (const [name, source] of Object.entries(sources)) {
    const isSource = typeof (source as Partial<AnySource> | null)?.verify === 'function';
    if (!isSource) throw invalidOption(`sources.${name}`, 'a source, such as github({ secret })', source);
    hub.addSource(name, source);
  }
}

function assertNames(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) refuseMisspelt(name, known);
}

function assertHub(hub: unknown): asserts hub is AnyHub {
  const isHub = typeof (hub as Partial<AnyHub> | null)?.dispatch === 'function';
  if (!isHub) throw invalidOption('hub', 'what createHub gave; options come after it', hub);
}

function assertAuthorizer({ authorize }: AdminOptions): void {
  if (authorize === undefined || typeof authorize === 'function') return;
  throw invalidOption('authorize', 'a function', authorize);
}

/** Mounting starts the hub; where that fails the log has the reason, and it tries again by itself. */
function toMount(
  hub: AnyHub,
  routes: readonly Route[],
  defaultPath: string,
  options: { readonly path?: string; readonly maxBodyBytes?: number },
): Mount {
  const { path = defaultPath } = options;
  if (!/^(\/[\w.~-]+)*$/.test(path)) throw invalidOption('path', 'a plain path such as "/webhooks"', path);
  const maxBodyBytes = bodyLimit(options.maxBodyBytes);
  hub.start().catch((error) => hub.logger.error(errorFields(error), 'the hub could not start'));
  return { hub, routes, rootPath: path, maxBodyBytes };
}

function invalidOption(option: string, expected: string, value: unknown): HooklineError {
  const got = typeof value === 'string' ? `"${value}"` : value === null ? 'null' : typeof value;
  return new HooklineError('OPTION_INVALID', { option, expected, got });
}
