import type { ConnectionOptions } from 'node:tls';
import { buildConnector } from 'undici';
import type { RequestTls } from '../../ports/http-client.js';
import { remember } from '../../remember.js';
import type { Route } from './connection-pool.js';
import type { ForwardProxy } from './forward-proxy.js';
import type { guardedLookup } from './guarded-lookup.js';
import { openTunnel } from './tunnel.js';

const MAX_KEPT = 1_000;

type TlsOptions = Pick<ConnectionOptions, 'cert' | 'key' | 'passphrase' | 'ca'>;

/** Makes what opens connections with this TLS identity. */
export type ConnectorMaker = (tls: TlsOptions) => buildConnector.connector;

/** The routes to origins: for each TLS identity routes of its own, made once for as long as it is in use. */
export function routesBy(
  makeConnector: ConnectorMaker,
): (origin: string, tls: RequestTls | undefined) => Route {
  const connect = makeConnector({});
  const plain = remember((origin): Route => ({ name: origin, origin, connect }), MAX_KEPT);
  const connectors = new Map<string, buildConnector.connector>();
  const connectorOf = (tls: RequestTls) => {
    const known = connectors.get(tls.key);
    if (known) return known;
    if (connectors.size >= MAX_KEPT) connectors.clear();
    const made = makeConnector(tlsOptionsOf(tls));
    connectors.set(tls.key, made);
    return made;
  };
  return (origin, tls) =>
    tls === undefined ? plain(origin) : { name: `${origin} ${tls.key}`, origin, connect: connectorOf(tls) };
}

export function straight(lookup: ReturnType<typeof guardedLookup>): ConnectorMaker {
  return (tls) => buildConnector({ lookup, ...tls });
}

/** TLS is spoken with the receiver, through the tunnel: the proxy sees none of it. */
export function throughProxy(proxy: ForwardProxy, lookup: ReturnType<typeof guardedLookup>): ConnectorMaker {
  return (tls) => {
    const secure = buildConnector(tls);
    return (target, callback) => {
      openTunnel(proxy, lookup, target).then(
        (socket) =>
          target.protocol === 'https:'
            ? secure({ ...target, httpSocket: socket }, callback)
            : callback(null, socket),
        (error: Error) => callback(error, null),
      );
    };
  };
}

function tlsOptionsOf({ cert, privateKey, passphrase, ca }: RequestTls): TlsOptions {
  return {
    ...(cert !== undefined && { cert }),
    ...(privateKey !== undefined && { key: privateKey }),
    ...(passphrase !== undefined && { passphrase }),
    ...(ca !== undefined && { ca }),
  };
}
