import { buildConnector } from 'undici';
import type { RequestTls } from '../../ports/http-client.js';
import { remember } from '../../remember.js';
import type { Route } from './connection-pool.js';
import type { guardedLookup } from './guarded-lookup.js';

const MAX_KEPT = 1_000;

/** The routes to origins: for each TLS identity routes of its own, made once for as long as it is in use. */
export function routesBy(
  lookup: ReturnType<typeof guardedLookup>,
): (origin: string, tls: RequestTls | undefined) => Route {
  const connect = buildConnector({ lookup });
  const plain = remember((origin): Route => ({ name: origin, origin, connect }), MAX_KEPT);
  const connectors = new Map<string, buildConnector.connector>();
  const connectorOf = (tls: RequestTls) => {
    const known = connectors.get(tls.key);
    if (known) return known;
    if (connectors.size >= MAX_KEPT) connectors.clear();
    const made = buildConnector({ lookup, ...identityOf(tls) });
    connectors.set(tls.key, made);
    return made;
  };
  return (origin, tls) =>
    tls === undefined ? plain(origin) : { name: `${origin} ${tls.key}`, origin, connect: connectorOf(tls) };
}

function identityOf({ cert, privateKey, passphrase, ca }: RequestTls) {
  return {
    ...(cert !== undefined && { cert }),
    ...(privateKey !== undefined && { key: privateKey }),
    ...(passphrase !== undefined && { passphrase }),
    ...(ca !== undefined && { ca }),
  };
}
