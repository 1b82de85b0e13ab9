import type { HeaderProfile } from '../signing/header-profile.js';
import type { Filter } from './filter.js';

/** What of a webhook's deliveries wait for each other: those of one subject, or all. */
export type DeliveryOrder = 'subject' | 'webhook';

/** What is sent: the event as it was, the event without its data, or its row as it is when it is sent. */
export type PayloadForm = 'snapshot' | 'thin' | 'fresh';

export interface RateLimit {
  /** How many attempts at most, 1 to 1,000,000... */
  readonly count: number;
  /** ...in so many milliseconds, 100 to 86,400,000. They are spread evenly over it. */
  readonly perMs: number;
}

export interface BatchSettings {
  /** How many events one request carries at most, 2 to 1,000: a JSON array, in which each has the `id` of its event. */
  readonly maxItems: number;
  /** How long the first of them waits for others, in milliseconds, 0 to 3,600,000. */
  readonly maxWaitMs: number;
}

/** How a webhook wants its deliveries, where it wants them otherwise than the hub does. What is left out is as the hub has it. */
export interface WebhookSettings {
  /**
   * Deliveries wait for the one before them until that is delivered, exhausted or cancelled: all of the webhook, or those
   * about one subject. Waiting is no failure. At most one of `order`, `debounceMs` and `batch`. Default: none waits.
   */
  readonly order?: DeliveryOrder;
  /** How many attempts each process makes at once, 1 to 10,000. Default: the hub's `delivery.concurrency`. */
  readonly concurrency?: number;
  /** Over all processes. Default: none. */
  readonly rateLimit?: RateLimit;
  /** The deadline of an attempt, in milliseconds, 1 to 60,000. Default: the hub's. */
  readonly timeoutMs?: number;
  /** Delays in milliseconds after each failed attempt. Default: the hub's `retry`. */
  readonly retry?: readonly number[];
  /** What a status from 400 to 499 means that is none of 408, 410, 425 and 429. Default: the hub's, which is to retry. */
  readonly clientErrors?: 'retry' | 'give-up';
  /** Whose header names and signed text are used. Default `standard`: Standard Webhooks. */
  readonly profile?: HeaderProfile;
  /** Only events that match it. Default: all that its subscriptions bring. */
  readonly filter?: Filter;
  /** Default `snapshot`. */
  readonly payload?: PayloadForm;
  /** The name of one of the hub's `transforms`. Default: none. */
  readonly transform?: string;
  /**
   * Of the events of one type about one subject only the last is sent of all that come within so many milliseconds of the
   * first, 1 to 3,600,000; the others are cancelled as `superseded`. Default: all are sent.
   */
  readonly debounceMs?: number;
  /** Many events in one request. Default: one each. */
  readonly batch?: BatchSettings;
}

type Check = (value: unknown) => string | null;

/** The settings that stand for themselves. Those about signing, filters and payloads are checked where they are at home. */
export const SETTING_CHECKS = {
  order: oneOf('subject', 'webhook'),
  concurrency: whole(1, 10_000),
  rateLimit: fields({ count: whole(1, 1_000_000), perMs: whole(100, 86_400_000) }),
  timeoutMs: whole(1, 60_000),
  retry: retryProblem,
  clientErrors: oneOf('retry', 'give-up'),
  debounceMs: whole(1, 3_600_000),
  batch: fields({ maxItems: whole(2, 1_000), maxWaitMs: whole(0, 3_600_000) }),
} satisfies Record<string, Check>;

export const SETTING_NAMES = [
  'order',
  'concurrency',
  'rateLimit',
  'timeoutMs',
  'retry',
  'clientErrors',
  'profile',
  'filter',
  'payload',
  'transform',
  'debounceMs',
  'batch',
] as const satisfies readonly (keyof WebhookSettings)[];

/** What `changes` make of settings: a value replaces, null takes out, and what is not there stays. */
export function changedSettings(
  settings: WebhookSettings,
  changes: Readonly<Record<string, unknown>>,
): WebhookSettings {
  const merged: Record<string, unknown> = { ...settings };
  for (const name of SETTING_NAMES) {
    const value = changes[name];
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = value;
  }
  return merged as WebhookSettings;
}

/** Says which settings cannot be together, or null. */
export function settingsConflict({ order, debounceMs, batch }: WebhookSettings): string | null {
  const groupings = { order, debounceMs, batch };
  const given = Object.entries(groupings).filter(([, value]) => value !== undefined);
  if (given.length < 2) return null;
  return `${given.map(([name]) => name).join(' and ')} cannot be together: each says for itself which deliveries wait for which`;
}

function oneOf(...values: readonly string[]): Check {
  return (value) =>
    values.includes(value as string)
      ? null
      : `expected one of ${values.map((each) => `"${each}"`).join(', ')}`;
}

function whole(min: number, max: number): Check {
  return (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? null
      : `expected a whole number from ${min} to ${max}`;
}

function fields(checks: Readonly<Record<string, Check>>): Check {
  const names = Object.keys(checks).join(' and ');
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `expected ${names}`;
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(checks, name));
    if (unknown !== undefined) return `expected ${names}, got "${unknown}"`;
    const problems = Object.entries(checks).map(([name, check]) => {
      const problem = check((value as Record<string, unknown>)[name]);
      return problem && `${name}: ${problem}`;
    });
    return problems.find((problem) => problem !== null) ?? null;
  };
}

const MAX_RETRIES = 100;
const MAX_DELAY_MS = 31_536_000_000;

function retryProblem(value: unknown): string | null {
  const delayProblem = whole(0, MAX_DELAY_MS);
  const isList = Array.isArray(value) && value.length <= MAX_RETRIES;
  return isList && value.every((delayMs) => delayProblem(delayMs) === null)
    ? null
    : `expected at most ${MAX_RETRIES} delays in whole milliseconds`;
}
