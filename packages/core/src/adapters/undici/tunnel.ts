import { isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type buildConnector, Client } from 'undici';
import { PROXY_FAILED } from './failure.js';
import type { ForwardProxy } from './forward-proxy.js';
import type { guardedLookup } from './guarded-lookup.js';

/** How long a proxy may take to connect: as long as a connection without one may. */
const CONNECT_MS = 10_000;
/** Of the addresses of one name so many are tried: behind a proxy nobody knows which of them it can reach. */
const MAX_TRIED = 4;
/** What proxies say where it is the receiver that they could not reach: squid 503, most others 502 or 504. */
const UNREACHED: ReadonlySet<number> = new Set([502, 503, 504]);

export type TunnelTarget = Pick<buildConnector.Options, 'hostname' | 'port' | 'protocol'>;

/**
 * Has the proxy connect to the target (RFC 9110, 9.3.6): by the address that was resolved and judged here, unless the proxy
 * resolves names. Rejects with what the lookup fails with, with ECONNREFUSED where it reaches none, or with PROXY_FAILED.
 */
export async function openTunnel(
  proxy: ForwardProxy,
  lookup: ReturnType<typeof guardedLookup>,
  { hostname, port, protocol }: TunnelTarget,
): Promise<Socket> {
  const hosts = proxy.resolvesNames ? [hostname] : await resolveHost(hostname, lookup);
  const usedPort = port || (protocol === 'https:' ? '443' : '80');
  for (const host of hosts.slice(0, MAX_TRIED)) {
    const { statusCode, socket } = await askProxy(proxy, authorityOf(host, usedPort));
    if (statusCode >= 200 && statusCode < 300) return socket as Socket;
    socket.on('error', () => {}).destroy();
    if (!UNREACHED.has(statusCode))
      throw failure(PROXY_FAILED, `The proxy answered CONNECT with ${statusCode}.`);
  }
  throw failure('ECONNREFUSED', 'The proxy could not connect to the receiver.');
}

function resolveHost(hostname: string, lookup: ReturnType<typeof guardedLookup>): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, addresses) => {
      if (error !== null) return reject(error);
      resolve(typeof addresses === 'string' ? [addresses] : addresses.map(({ address }) => address));
    });
  });
}

/** On a connection of its own, which is the tunnel afterwards. */
async function askProxy(
  { origin, authorization }: ForwardProxy,
  authority: string,
): Promise<{ readonly statusCode: number; readonly socket: Duplex }> {
  const client = new Client(origin, { headersTimeout: CONNECT_MS });
  const headers = {
    host: authority,
    ...(authorization !== null && { 'proxy-authorization': authorization }),
  };
  try {
    return await client.connect({ path: authority, headers });
  } catch (error) {
    throw failure(PROXY_FAILED, `The proxy does not answer: ${(error as Error).message}`, error);
  } finally {
    void client.destroy();
  }
}

function authorityOf(host: string, port: string): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

function failure(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
