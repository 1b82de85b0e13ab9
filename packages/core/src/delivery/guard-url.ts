import { bareHost, isHostName, isLocalhost, isPrivateName } from './host-name.js';
import { parseAddress } from './ip-address.js';
import { isMetadataAddress, isMetadataName } from './metadata-service.js';
import { carriedBy, isPublic, reachedBy } from './public-address.js';
import type { UrlPolicy } from './url-policy.js';

export { type UrlPolicy, urlPolicy } from './url-policy.js';

const MAX_URL_LENGTH = 2_048;
const LOOPBACK = ['127.0.0.1', '::1'].flatMap((text) => parseAddress(text) ?? []);

/**
 * Says what is wrong with a webhook's URL, or null. Asked when it is saved, tested and sent to. Judges what WHATWG URL
 * parsing makes of the text, as that is what is connected to; a name may still resolve to a refused address later.
 */
export function urlProblem(url: unknown, policy: UrlPolicy): string | null {
  if (typeof url !== 'string' || url.length === 0) return 'expected an absolute http(s) URL';
  if (url.length > MAX_URL_LENGTH) return `is longer than ${MAX_URL_LENGTH} characters`;
  const parsed = parseUrl(url);
  if (parsed === null) return 'is not a valid absolute URL';
  // URL parsing drops these, and what is stored would be another text than what is connected to
  if (/[\s\p{Cc}]/u.test(url)) return 'contains spaces or control characters';
  return schemeProblem(parsed, policy) ?? textProblem(url) ?? placeProblem(parsed, policy);
}

/** Not by `URL.canParse`, which refuses `https://münchen.example/` once it was called some thousand times (Node 20.20). */
function parseUrl(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

function schemeProblem({ protocol }: URL, { httpsOnly }: UrlPolicy): string | null {
  if (protocol !== 'http:' && protocol !== 'https:') return `has the scheme "${protocol}", expected https:`;
  return httpsOnly && protocol === 'http:' ? 'is http:, and only https: is allowed' : null;
}

/** Forms that WHATWG URL parsing reads otherwise than other parsers do, so that what is shown may mislead. */
function textProblem(url: string): string | null {
  if (url.includes('\\')) return 'contains a backslash';
  if (!/^https?:\/\/[^/]/i.test(url)) return 'does not begin with http:// or https:// and a host';
  return /^[^/]*\/\/[^/?#]*@/.test(url) ? 'contains credentials' : null;
}

function placeProblem({ protocol, hostname, port }: URL, policy: UrlPolicy): string | null {
  const problem = hostProblem(hostname, policy);
  if (problem !== null) return problem;
  const used = Number(port || (protocol === 'https:' ? 443 : 80));
  return policy.allowsPort(used) ? null : `has the port ${used}, which is not allowed`;
}

/**
 * Says why this host may not be connected to, or null. Literals come here as WHATWG URL parsing leaves them
 * (`0x7f.1` is `127.0.0.1` by then); names are judged by the addresses they resolve to, too, at every connect.
 */
function hostProblem(hostname: string, policy: UrlPolicy): string | null {
  const host = bareHost(hostname);
  if (parseAddress(host) !== null) return addressProblem(host, policy);
  if (!isHostName(host)) return `"${hostname}" is not a host name`;
  if (isMetadataName(host)) return `${host} is a metadata service`;
  const isRefused = isPrivateName(host) && !mayHavePrivateName(host, policy);
  return isRefused ? `${host} is a name of private networks` : null;
}

/** Says why this address may not be connected to, or null. An IPv4 address inside an IPv6 one is judged, too. */
export function addressProblem(
  address: string,
  policy: UrlPolicy,
  /** The name that resolved to it. */
  hostname: string | null = null,
): string | null {
  const parsed = parseAddress(address);
  if (parsed === null) return `${address} is not an address`;
  if ([parsed, ...carriedBy(parsed)].some(isMetadataAddress)) return `${address} is a metadata service`;
  if (hostname !== null && policy.allowsHost(bareHost(hostname))) return null;
  const isAllowed = reachedBy(parsed).every((each) => isPublic(each) || policy.allowsAddress(each));
  return isAllowed ? null : `${address} is not a public address`;
}

/** Where some address outside the public internet is allowed, the name may be of one: its addresses decide. */
function mayHavePrivateName(host: string, policy: UrlPolicy): boolean {
  if (policy.allowsHost(host)) return true;
  return isLocalhost(host) ? LOOPBACK.some(policy.allowsAddress) : policy.allowsSomeAddress;
}
