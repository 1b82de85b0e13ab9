import ipaddr from 'ipaddr.js';
import { type Address, type Block, isWithin } from './ip-address.js';

type Bytes = readonly number[];

/** IPv6 addresses that carry IPv4 addresses, and how to take these out of their 16 bytes. */
interface Carrier {
  readonly block: Block;
  readonly octets: (bytes: Bytes) => readonly Bytes[];
}

const GLOBAL_UNICAST = block('2000::/3');
/** NAT64 (RFC 6052): IPv4 addresses, as networks without IPv4 write them. */
const NAT64 = block('64:ff9b::/96');
/** RFC 8215: a network's own NAT64. */
const LOCAL_NAT64 = block('64:ff9b:1::/48');
const CARRIERS: readonly Carrier[] = [
  { block: NAT64, octets: lastFour },
  { block: LOCAL_NAT64, octets: behindAnyPrefix },
  // IPv4-compatible (RFC 4291, deprecated)
  { block: block('::/96'), octets: lastFour },
  // SIIT (RFC 2765, RFC 6145)
  { block: block('::ffff:0:0:0/96'), octets: lastFour },
  // 6to4 (RFC 3056, deprecated by RFC 7526)
  { block: block('2002::/16'), octets: (bytes) => [bytes.slice(2, 6)] },
  // Teredo (RFC 4380): the server, and the client with its bits turned over
  {
    block: block('2001::/32'),
    octets: (bytes) => [bytes.slice(4, 8), bytes.slice(12).map((byte) => byte ^ 0xff)],
  },
];

/** Whether the address is of the public internet. What is outside 2000::/3 is not in use, or for special purposes. */
export function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || isWithin(address, GLOBAL_UNICAST);
}

/** What a connection to the address may end at: all of it has to be allowed. */
export function reachedBy(address: Address): readonly Address[] {
  if (isWithin(address, NAT64)) return carriedBy(address);
  // its operator alone knows which of them it is
  if (isWithin(address, LOCAL_NAT64)) return [address];
  return [address, ...carriedBy(address)];
}

/** Every IPv4 address that the address may stand for. */
export function carriedBy(address: Address): readonly Address[] {
  if (!(address instanceof ipaddr.IPv6) || isOwnNode(address)) return [];
  const bytes = address.toByteArray();
  const carrier = CARRIERS.find((each) => isWithin(address, each.block));
  const octets = carrier?.octets(bytes) ?? (isIsatap(address) ? lastFour(bytes) : []);
  return octets.map((four) => new ipaddr.IPv4([...four]));
}

function lastFour(bytes: Bytes): readonly Bytes[] {
  return [bytes.slice(12)];
}

/** RFC 6052, section 2.2: behind a prefix of 48, 56, 64 or 96 bits, leaving out the ninth byte. */
function behindAnyPrefix(bytes: Bytes): readonly Bytes[] {
  return [
    [...bytes.slice(6, 8), ...bytes.slice(9, 11)],
    [...bytes.slice(7, 8), ...bytes.slice(9, 12)],
    bytes.slice(9, 13),
    bytes.slice(12),
  ];
}

/** `::` and `::1` carry no IPv4 address. */
function isOwnNode(address: ipaddr.IPv6): boolean {
  return address.range() === 'unspecified' || address.range() === 'loopback';
}

/** RFC 5214: an interface identifier of 0000:5efe or 0200:5efe before an IPv4 address. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return (parts[4] === 0 || parts[4] === 0x0200) && parts[5] === 0x5efe;
}

function block(text: string): Block {
  return ipaddr.IPv6.parseCIDR(text);
}
