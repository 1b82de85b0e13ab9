import ipaddr from 'ipaddr.js';
import { HooklineError } from '../errors.js';

/** Which URLs a webhook may have, and which addresses may be connected to. */
export interface UrlPolicy {
  /** Refuse `http:`. */
  readonly httpsOnly: boolean;
  /** Whether an address outside the public internet is allowed all the same. */
  readonly allows: (address: string) => boolean;
}

const MAX_URL_LENGTH = 2_048;
/** Cloud metadata services: never a webhook's target, whatever is allowed. */
const METADATA = new Set(['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16']);

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** @param allowAddresses addresses and CIDR blocks; throws OPTION_INVALID for anything else */
export function urlPolicy(options: {
  readonly httpsOnly: boolean;
  readonly allowAddresses: readonly string[];
}): UrlPolicy {
  const blocks = options.allowAddresses.map(parseBlock);
  return {
    httpsOnly: options.httpsOnly,
    allows: (address) => {
      const parsed = ipaddr.process(address);
      return blocks.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
    },
  };
}

/** Says what is wrong with a webhook's URL, or null. The host may still resolve to a refused address later. */
export function urlProblem(url: unknown, policy: UrlPolicy): string | null {
  if (typeof url !== 'string' || url.length === 0) return 'expected an absolute http(s) URL';
  if (url.length > MAX_URL_LENGTH) return `is longer than ${MAX_URL_LENGTH} characters`;
  if (!URL.canParse(url)) return 'is not a valid absolute URL';
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return `has the scheme "${protocol}", expected https:`;
  if (policy.httpsOnly && protocol === 'http:') return 'is http:, and only https: is allowed';
  if (username !== '' || password !== '') return 'contains credentials';
  return hostProblem(hostname, policy);
}

/**
 * Says why this host may not be connected to, or null. Literals come here as WHATWG URL parsing leaves them
 * (`0x7f.1` is `127.0.0.1` by then); names are judged by the addresses they resolve to, at every connect.
 */
export function hostProblem(hostname: string, policy: UrlPolicy): string | null {
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (!ipaddr.isValid(literal)) return null;
  return addressProblem(literal, policy);
}

/** Says why this address may not be connected to, or null. An IPv4 address inside an IPv6 one counts as itself. */
export function addressProblem(address: string, policy: UrlPolicy): string | null {
  const refused = `${address} is not a public address`;
  if (!ipaddr.isValid(address)) return refused;
  const parsed = embeddedIpv4(ipaddr.process(address));
  const text = parsed.toString();
  if (METADATA.has(text)) return `${address} is a metadata service`;
  return parsed.range() === 'unicast' || policy.allows(text) ? null : refused;
}

/** NAT64 (RFC 6052) and 6to4 (RFC 3056) reach the IPv4 address they carry. */
function embeddedIpv4(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === 'rfc6052') return new ipaddr.IPv4(bytes.slice(12));
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  return address;
}

function parseBlock(block: string): [Address, number] {
  try {
    if (block.includes('/')) return ipaddr.parseCIDR(block);
    const address = ipaddr.process(block);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch (cause) {
    const details = {
      option: 'delivery.allowAddresses',
      expected: 'IP addresses or CIDR blocks',
      got: `"${block}"`,
    };
    throw new HooklineError('OPTION_INVALID', details, cause);
  }
}
