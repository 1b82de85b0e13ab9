import type { UrlPolicy } from '../delivery/guard-url.js';
import type { HttpClient } from '../ports/http-client.js';
import { ConnectionPool } from './undici/connection-pool.js';
import { exchange } from './undici/exchange.js';
import type { ForwardProxy } from './undici/forward-proxy.js';
import { guardedLookup, type Lookup } from './undici/guarded-lookup.js';
import { NameResolver } from './undici/resolve-name.js';
import { routesBy, straight, throughProxy } from './undici/route.js';
import { targetsOf } from './undici/target.js';

export type { Lookup } from './undici/guarded-lookup.js';

const DEFAULT_CONNECTIONS = 100;
const MAX_IDLE = 1_000;

export interface UndiciOptions {
  /**
   * How many connections one receiver gets; 100 without it. With fewer than there are attempts at once, waiting for one
   * would count as the receiver's time.
   */
  readonly connections?: number;
  /** Resolves the names of receivers; a `NameResolver` without it. Its answers are bound to the URL policy, too. */
  readonly lookup?: Lookup;
  /** Asked for the names of receivers, `address:port`; those of the system without it. */
  readonly dnsServers?: readonly string[];
  /** Default: none, connections are straight. */
  readonly proxy?: ForwardProxy | null;
}

/** The default HTTP client: undici, its connections bound to the URL policy. */
export function undiciHttpClient(
  policy: UrlPolicy,
  { lookup, dnsServers, connections = DEFAULT_CONNECTIONS, proxy = null }: UndiciOptions = {},
): HttpClient {
  const targetOf = targetsOf(policy);
  const names = new NameResolver({ servers: dnsServers });
  const guarded = guardedLookup(policy, lookup ?? names.lookup);
  const routeOf = routesBy(proxy === null ? straight(guarded) : throughProxy(proxy, guarded));
  const pool = new ConnectionPool({ perOrigin: connections, idle: MAX_IDLE });
  return {
    send: (request) =>
      new Promise((answer) => {
        const target = targetOf(request.url);
        const { refusal } = target;
        if (refusal === null)
          return exchange({ pool, target, route: routeOf(target.origin, request.tls), request, answer });
        answer({ kind: 'error', reason: 'refused-address', message: refusal, durationMs: 0 });
      }),
    close: () => {
      const closed = pool.close();
      names.close();
      return closed;
    },
  };
}
