import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Block = readonly [base: Address, bits: number];

/**
 * The address, or null for what is none. A mapped IPv4 address (::ffff:127.0.0.1) is that IPv4 address, and the zone
 * (%eth0) is left out.
 */
export function parseAddress(text: string): Address | null {
  const address = parseUnmapped(text.replace(/%.*$/s, ''));
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/**
 * Takes what Node and URLs take. ipaddr.js alone is laxer: it reads `0177.1` and `010.0.0.1` (as octal), and `::10.0.0.1` as
 * mapped.
 */
function parseUnmapped(text: string): Address | null {
  const family = isIP(text);
  if (family === 0) return null;
  return family === 4 ? ipaddr.IPv4.parse(text) : ipaddr.IPv6.parse(hexOnly(text));
}

/** `::10.0.0.1` is `::a00:1`. */
function hexOnly(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

/** An address or a CIDR block, or null for what is neither. */
export function parseBlock(text: string): Block | null {
  const [address = '', bits, ...rest] = text.split('/');
  if (address.includes('%') || rest.length > 0) return null;
  const base = parseUnmapped(address);
  if (base === null) return null;
  const widest = base.kind() === 'ipv4' ? 32 : 128;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= widest)) return null;
  return unmapped(base, bits === undefined ? widest : Number(bits));
}

export function isWithin(address: Address, [base, bits]: Block): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

/** Addresses are compared after `parseAddress`, which leaves no mapped ones. */
function unmapped(base: Address, bits: number): Block {
  if (!(base instanceof ipaddr.IPv6) || !base.isIPv4MappedAddress() || bits < 96) return [base, bits];
  return [base.toIPv4Address(), bits - 96];
}
