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
const METADATA = new Set([
  '169.254.169.254',
  '169.254.169.253',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
]);

const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');
/** The /96 blocks that end in an IPv4 address: IPv4-compatible (RFC 4291), SIIT (RFC 6145), NAT64 (RFC 6052). */
const TRANSLATED = ['::', '::ffff:0:0:0', '64:ff9b::'].map((prefix) => ipaddr.IPv6.parse(prefix));

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
  // URL parsing drops these, and what is stored would be another text than what is connected to
  if (/[\s\p{Cc}]/u.test(url)) return 'contains spaces or control characters';
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

/** Says why this address may not be connected to, or null. An IPv4 address inside an IPv6 one is judged as itself. */
export function addressProblem(address: string, policy: UrlPolicy): string | null {
  const refused = `${address} is not a public address`;
  if (!ipaddr.isValid(address)) return refused;
  const reached = reachedBy(ipaddr.process(address));
  if (reached.some((each) => METADATA.has(each.toString()))) return `${address} is a metadata service`;
  return reached.every((each) => isPublic(each) || policy.allows(each.toString())) ? null : refused;
}

/** Teredo and all that is kept for special purposes is not `unicast`; what is outside 2000::/3 is not in use. */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return !(address instanceof ipaddr.IPv6) || address.match(GLOBAL_UNICAST, 3);
}

/** What a connection to this address may end at: the IPv4 address it carries, instead of it or (ISATAP) beside it. */
function reachedBy(address: Address): readonly Address[] {
  if (!(address instanceof ipaddr.IPv6)) return [address];
  const bytes = address.toByteArray();
  // without the zone (%eth0), which changes no judgement
  const bare = new ipaddr.IPv6(bytes);
  const last = () => new ipaddr.IPv4(bytes.slice(12));
  if (bare.range() === '6to4') return [new ipaddr.IPv4(bytes.slice(2, 6))];
  if (TRANSLATED.some((prefix) => bare.match(prefix, 96)) && !isOwnNode(bare)) return [last()];
  return isIsatap(bare) ? [bare, last()] : [bare];
}

/** `::` and `::1` carry no IPv4 address. */
function isOwnNode(address: ipaddr.IPv6): boolean {
  return address.range() === 'unspecified' || address.range() === 'loopback';
}

/** RFC 5214: an interface identifier of 0000:5efe or 0200:5efe before an IPv4 address. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return (parts[4] === 0 || parts[4] === 0x0200) && parts[5] === 0x5efe;
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
