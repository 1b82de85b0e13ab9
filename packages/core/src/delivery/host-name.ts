import { domainToASCII } from 'node:url';

const MAX_LENGTH = 253;
const LABELS = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/**
 * Top-level domains whose names are of no public host: RFC 6761, 6762, 7686 and 8375, ICANN's `.internal` and its list of name
 * collisions, and what container and service networks use.
 */
export const PRIVATE_ENDINGS = new Set([
  'localhost',
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'mail',
  'localdomain',
  'localdomain6',
  'svc',
  'consul',
  'docker',
  'onion',
  'arpa',
]);

/** The host as URLs have it, without the brackets of IPv6 and without the dot that ends a full name. */
export function bareHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
}

/** Whether a resolver may be asked for it: labels of letters, digits, `-` and `_`. URL parsing lets more through. */
export function isHostName(host: string): boolean {
  return host.length <= MAX_LENGTH && LABELS.test(host);
}

/** The name as `bareHost` gives it for a URL, or null for what is no name. */
export function parseHostName(text: string): string | null {
  if (/[\s/?#@:\\%[\]]/.test(text)) return null;
  const name = bareHost(domainToASCII(text));
  return isHostName(name) && !/(^|\.)[0-9]+$/.test(name) ? name : null;
}

/** Whether no public DNS has the name: one without a dot, or under a top-level domain for private use. */
export function isPrivateName(host: string): boolean {
  const ending = host.slice(host.lastIndexOf('.') + 1);
  return !host.includes('.') || PRIVATE_ENDINGS.has(ending);
}

/** RFC 6761: it, and all under it, is this machine. */
export function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}
