import type { LookupAddress, LookupAllOptions, LookupOptions } from 'node:dns';
import { addressProblem, type UrlPolicy } from '../../delivery/guard-url.js';
import { REFUSED } from './failure.js';

/** How `dns.lookup` answers when it is asked for all addresses. */
export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Refuses the name if any of its addresses is refused: one bad answer among good ones is an attack or a mistake. The socket
 * gets the very addresses that were judged, so that a name that changes between two lookups gains nothing.
 */
export function guardedLookup(policy: UrlPolicy, lookup: Lookup) {
  return (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const failure = error ?? lookupFailure(hostname, addresses, policy);
      const [first] = addresses ?? [];
      if (failure !== null || first === undefined) return callback(failure, []);
      // one address is asked for where autoSelectFamily is off
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

function lookupFailure(
  hostname: string,
  addresses: readonly LookupAddress[],
  policy: UrlPolicy,
): NodeJS.ErrnoException | null {
  if (addresses.length === 0) {
    return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
  }
  const problem = addresses
    .map(({ address }) => addressProblem(address, policy, hostname))
    .find((text) => text !== null);
  if (problem === undefined) return null;
  const message = `${hostname} resolves to a refused address: ${problem}`;
  return Object.assign(new Error(message), { code: REFUSED });
}
