import { HooklineError } from '../errors.js';
import { parseHostName } from './host-name.js';
import { type Address, type Block, isWithin, parseBlock } from './ip-address.js';

/** Which URLs a webhook may have, and which addresses may be connected to. */
export interface UrlPolicy {
  /** Refuse `http:`. */
  readonly httpsOnly: boolean;
  /** Whether an address outside the public internet is allowed all the same. */
  readonly allowsAddress: (address: Address) => boolean;
  /** Whether there is any such address. */
  readonly allowsSomeAddress: boolean;
  /** Whether a name may have addresses outside the public internet. */
  readonly allowsHost: (host: string) => boolean;
  readonly allowsPort: (port: number) => boolean;
}

/** See `DeliveryOptions`. */
export interface UrlRules {
  readonly httpsOnly?: boolean;
  readonly allowAddresses?: readonly string[];
  readonly allowHosts?: readonly string[];
  readonly allowPorts?: readonly number[];
}

/**
 * Ports that no HTTP server has and where a request may do harm: those that browsers refuse ("block bad port" of the WHATWG
 * Fetch Standard), and data stores that would read it line by line.
 */
export const REFUSED_PORTS = new Set([
  ...[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
    104,
  ],
  ...[
    109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  ],
  ...[526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049],
  ...[3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
  ...[1433, 1521, 3306, 5432, 6379, 11211, 27017],
]);

/** Throws OPTION_INVALID. */
export function urlPolicy(rules: UrlRules): UrlPolicy {
  const { httpsOnly = false, allowAddresses = [], allowHosts = [], allowPorts } = rules;
  const blocks = listOf('allowAddresses', 'IP addresses or CIDR blocks', allowAddresses, blockOf);
  const hosts = new Set(listOf('allowHosts', 'host names, or * and a dot before one', allowHosts, hostOf));
  const ports =
    allowPorts && new Set(listOf('allowPorts', 'whole numbers from 1 to 65535', allowPorts, portOf));
  return {
    httpsOnly,
    allowsAddress: (address) => blocks.some((block) => isWithin(address, block)),
    allowsSomeAddress: blocks.length > 0,
    allowsHost: (host) => hosts.size > 0 && [host, ...wildcardsOf(host)].some((each) => hosts.has(each)),
    allowsPort: (port) => (ports ? ports.has(port) : !REFUSED_PORTS.has(port)),
  };
}

/** `a.b.c` is of `*.b.c` and of `*.c`. */
function wildcardsOf(host: string): readonly string[] {
  const labels = host.split('.');
  return labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
}

function listOf<Item>(
  name: string,
  expected: string,
  values: readonly unknown[],
  parse: (value: unknown) => Item | null,
): readonly Item[] {
  const invalid = (got: unknown) =>
    new HooklineError('OPTION_INVALID', { option: `delivery.${name}`, expected, got: JSON.stringify(got) });
  if (!Array.isArray(values)) throw invalid(values);
  return values.map((value) => {
    const item = parse(value);
    if (item === null) throw invalid(value);
    return item;
  });
}

function blockOf(value: unknown): Block | null {
  return typeof value === 'string' ? parseBlock(value) : null;
}

function hostOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const wildcard = value.startsWith('*.') ? '*.' : '';
  const name = parseHostName(value.slice(wildcard.length));
  return name === null ? null : `${wildcard}${name}`;
}

function portOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535 ? value : null;
}
