// What is stored, told by numbers: the same in SQL, where it is made by the million, and here, by the hundred.

/** They differ in size, as customers do: the first has a twentieth of all events, most have next to none. */
export const ACCOUNTS = 10_000;
export const WEBHOOKS_PER_ACCOUNT = 2;
export const EVENT_TYPES = 20;
/** One in so many deliveries was exhausted, and all others are delivered, but for those tried again later. */
export const EXHAUSTED_ONE_IN = 100;
export const RETRYING_ONE_IN = 1_000;
/** So that there is a full page of them at every size. */
export const MIN_RETRYING = 100;
/** All was made in the time before now. */
export const SPAN_MS = 30 * 24 * 60 * 60 * 1_000;

/** Multipliers that scatter consecutive numbers evenly: Knuth's for 32 bits, and one for 16. */
const SCATTER_ACCOUNTS = { factor: 2_654_435_761, modulus: 2 ** 32 };
const SCATTER_TYPES = { factor: 40_503, modulus: 2 ** 16 };

type Scatter = typeof SCATTER_ACCOUNTS;

export function accountOf(eventNumber: number): number {
  return Math.floor(ACCOUNTS * share(eventNumber, SCATTER_ACCOUNTS) ** 3);
}

export function eventTypeOf(eventNumber: number): string {
  return eventTypeName(Math.floor(EVENT_TYPES * share(eventNumber, SCATTER_TYPES)));
}

export function eventTypeName(number: number): string {
  return `order.kind_${number}`;
}

/** The k-th webhook of an account, from 0. */
export function webhookIdOf(account: number, k: number): string {
  return `wh_${WEBHOOK_TIME}${String(account * WEBHOOKS_PER_ACCOUNT + k).padStart(16, '0')}`;
}

/** The same as SQL expressions, of a column or expression. */
export const sql = {
  accountOf: (eventNumber: string) =>
    `floor(${ACCOUNTS} * ${sqlShare(eventNumber, SCATTER_ACCOUNTS)} ^ 3)::int`,
  eventTypeOf: (eventNumber: string) =>
    `'order.kind_' || floor(${EVENT_TYPES} * ${sqlShare(eventNumber, SCATTER_TYPES)})::int`,
  webhookIdOf: (account: string, k: string) =>
    `'wh_${WEBHOOK_TIME}' || lpad((${account} * ${WEBHOOKS_PER_ACCOUNT} + ${k})::text, 16, '0')`,
  /** A ULID made at an instant in milliseconds: ten characters of time, then the number. */
  ulidOf: (instant: string, number: string) =>
    `${Array.from({ length: 10 }, (_, place) => sqlDigit(instant, 5 * (9 - place))).join(' || ')} || lpad((${number})::text, 16, '0')`,
};

const WEBHOOK_TIME = '01hq000000';
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

function share(number: number, { factor, modulus }: Scatter): number {
  return Number((BigInt(number) * BigInt(factor)) % BigInt(modulus)) / modulus;
}

function sqlShare(number: string, { factor, modulus }: Scatter): string {
  return `((${number})::bigint * ${factor} % ${modulus} / ${modulus}::float8)`;
}

function sqlDigit(instant: string, bits: number): string {
  return `substr('${DIGITS}', ((${instant}) >> ${bits} & 31)::int + 1, 1)`;
}
