import { BlockList, isIPv4 } from 'node:net';
import { expect } from 'chai';
import { urlPolicy, urlProblem } from '../../../packages/core/src/delivery/guard-url.js';
import { pick, type Random, seeded, spellIpv4, spellIpv6 } from '../../support/spell-address.js';

const policy = urlPolicy({});
const COUNT = 4_000;

/** What the IANA registries of special-purpose addresses hold, multicast, and Azure's wire server: written down here anew. */
const SPECIAL_IPV4 = [
  ...[
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
  ],
  ...[
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '192.175.48.0/24',
  ],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32'],
];
const SPECIAL_IPV6 = [
  ...[
    '::/128',
    '::1/128',
    '64:ff9b:1::/48',
    '100::/64',
    '100:0:0:1::/64',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
  ],
  ...[
    '2620:4f:8000::/48',
    '3fff::/20',
    '5f00::/16',
    'fc00::/7',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
    '::/96',
    '4000::/2',
  ],
  ...['::ffff:0:0:0/96', '8000::/1'],
];
const special = new BlockList();
for (const block of [...SPECIAL_IPV4, ...SPECIAL_IPV6]) {
  const [base = '', bits] = block.split('/');
  special.addSubnet(base, Number(bits), isIPv4(base) ? 'ipv4' : 'ipv6');
}

/** Blocks that carry an IPv4 address in their last 32 bits. */
const CARRYING = { mapped: '::ffff:0:0', compatible: '::', siit: '::ffff:0:0:0', nat64: '64:ff9b::' };

describe('the URL guard, asked for random spellings', () => {
  it('refuses every address of a special block of IPv4', () => {
    const random = seeded(1);
    for (let count = 0; count < COUNT; count++) {
      const octets = within(pick(SPECIAL_IPV4, random), random);
      refuses(`http://${spellIpv4(octets, random)}/`, octets);
    }
  });

  it('allows every other address of IPv4', () => {
    const random = seeded(2);
    for (let count = 0; count < COUNT; count++) {
      const octets = outside(4, random);
      allows(`http://${spellIpv4(octets, random)}/`, octets);
    }
  });

  it('refuses every address of a special block of IPv6', () => {
    const random = seeded(3);
    for (let count = 0; count < COUNT; count++) {
      const bytes = within(pick(SPECIAL_IPV6, random), random);
      refuses(`http://${spellIpv6(bytes, random)}/`, bytes);
    }
  });

  it('allows every other address of 2000::/3', () => {
    const random = seeded(4);
    for (let count = 0; count < COUNT; count++) {
      const bytes = outside(16, random);
      allows(`http://${spellIpv6(bytes, random)}/`, bytes);
    }
  });

  it('refuses an IPv6 address that carries a special IPv4 address', () => {
    const random = seeded(5);
    const bases = Object.values(CARRYING);
    for (let count = 0; count < COUNT; count++) {
      const octets = within(pick(SPECIAL_IPV4, random), random);
      const bytes = [...bytesOf(pick(bases, random)).slice(0, 12), ...octets];
      refuses(`http://${spellIpv6(bytes, random)}/`, bytes);
    }
  });

  it('allows the mapped and NAT64 forms of any other IPv4 address', () => {
    const random = seeded(6);
    for (let count = 0; count < COUNT; count++) {
      const base = pick([CARRYING.mapped, CARRYING.nat64], random);
      const bytes = [...bytesOf(base).slice(0, 12), ...outside(4, random)];
      allows(`http://${spellIpv6(bytes, random)}/`, bytes);
    }
  });
});

function refuses(url: string, address: readonly number[]): void {
  if (urlProblem(url, policy) === null) expect.fail(`allowed ${url} (${address.join('.')})`);
}

function allows(url: string, address: readonly number[]): void {
  const problem = urlProblem(url, policy);
  if (problem !== null) expect.fail(`refused ${url} (${address.join('.')}): ${problem}`);
}

function within(block: string, random: Random): readonly number[] {
  const [base = '', bits] = block.split('/');
  return bytesOf(base).map((byte, at) => {
    const free = 0xff >> Math.min(8, Math.max(0, Number(bits) - 8 * at));
    return (byte & ~free) | (Math.floor(random() * 256) & free);
  });
}

/** A random address of the public internet. */
function outside(length: 4 | 16, random: Random): readonly number[] {
  for (;;) {
    const bytes = within(length === 4 ? '0.0.0.0/0' : '2000::/3', random);
    if (!special.check(textOf(bytes), length === 4 ? 'ipv4' : 'ipv6')) return bytes;
  }
}

function textOf(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = bytes.flatMap((byte, at) =>
    at % 2 ? [] : [(byte * 256 + (bytes[at + 1] ?? 0)).toString(16)],
  );
  return words.join(':');
}

function bytesOf(address: string): readonly number[] {
  if (isIPv4(address)) return address.split('.').map(Number);
  const [head = '', tail = ''] = address.split('::').map((part) => part);
  const [front, back] = [head, tail].map((part) =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)),
  );
  const zeros = new Array<number>(8 - (front?.length ?? 0) - (back?.length ?? 0)).fill(0);
  return [...(front ?? []), ...zeros, ...(back ?? [])].flatMap((word) => [word >> 8, word & 0xff]);
}
