/** A number from 0 up to 1, the same ones for the same seed (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Spell = (host: string, random: Random) => string;

/** The host of a URL that WHATWG URL parsing reads as this IPv4 address. */
export function spellIpv4(octets: readonly number[], random: Random): string {
  const spell = pick(DISGUISES, random);
  return spell(spellNumbers(octets, random), random) + (chance(random, 0.2) ? '.' : '');
}

/** The host of a URL that WHATWG URL parsing reads as this IPv6 address. */
export function spellIpv6(bytes: readonly number[], random: Random): string {
  const words = Array.from({ length: 8 }, (_, at) => (bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0));
  const isDotted = chance(random, 0.5);
  const texts = words
    .slice(0, isDotted ? 6 : 8)
    .map((word) => word.toString(16).padStart(chance(random, 0.3) ? 4 : 1, '0'));
  const tail = isDotted ? [bytes.slice(12).join('.')] : [];
  const full = [...texts, ...tail].join(':');
  const short = chance(random, 0.7) ? full.replace(/(^|:)0+(:0+)+(:|$)/, '::') : full;
  return `[${chance(random, 0.5) ? short.toUpperCase() : short}]`;
}

/** One to four parts, the last of which takes what is left of the 32 bits; each decimal, octal or hexadecimal. */
function spellNumbers(octets: readonly number[], random: Random): string {
  const count = 1 + Math.floor(random() * 4);
  const last = octets.slice(count - 1).reduce((sum, octet) => sum * 256 + octet, 0);
  return [...octets.slice(0, count - 1), last].map((part) => spellNumber(part, random)).join('.');
}

function spellNumber(value: number, random: Random): string {
  const zeros = '0'.repeat(chance(random, 0.3) ? Math.floor(random() * 12) : 0);
  return pick(
    [
      () => String(value),
      () => `0${zeros}${value.toString(8)}`,
      () => `0x${zeros}${value.toString(16)}`,
      () => `0X${zeros}${value.toString(16).toUpperCase()}`,
    ],
    random,
  )();
}

const DIGITS = ['⓪①②③④⑤⑥⑦⑧⑨', '０１２３４５６７８９', '𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗', '⁰¹²³⁴⁵⁶⁷⁸⁹', '₀₁₂₃₄₅₆₇₈₉'].map(
  (digits) => [...digits],
);
const DOTS = ['.', '。', '．', '｡', '%2e', '%E3%80%82'];
const LEFT_OUT = ['\u00ad', '\u200b', '\u2060', '%C2%AD'];

const DISGUISES: readonly Spell[] = [
  (host) => host,
  (host, random) => {
    const digits = pick(DIGITS, random);
    return host.replace(/[0-9]/g, (digit) =>
      chance(random, 0.5) ? (digits[Number(digit)] ?? digit) : digit,
    );
  },
  (host, random) => host.replaceAll('.', () => pick(DOTS, random)),
  (host, random) =>
    host.replace(/[0-9a-z]/gi, (char) =>
      chance(random, 0.3) ? `%${char.charCodeAt(0).toString(16)}` : char,
    ),
  (host, random) =>
    host.replace(/[0-9]/g, (digit) => (chance(random, 0.3) ? digit + pick(LEFT_OUT, random) : digit)),
];

export function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function chance(random: Random, likelihood: number): boolean {
  return random() < likelihood;
}
