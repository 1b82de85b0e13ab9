import { HooklineError } from '../errors.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** A year: a time that was meant. */
const MAX_DELAY_MS = 365 * 24 * HOUR;

/** Decides how long to wait before the next attempt, or that there should be none. */
export interface RetryPolicy {
  /** How many attempts there are in all. */
  readonly maxAttempts: number;
  /**
   * Called after a failed attempt with its number, so the first call gets 1. Milliseconds, or null: exhausted. What is
   * no time from 0 up (NaN, say) counts as a minute.
   *
   * @param random a number from 0 up to 1, for the jitter
   */
  delayMsAfterAttempt(attempt: number, random: number): number | null;
}

/**
 * A list of delays: after the first failed attempt the first, and so on; when the list ends, so do the attempts.
 * Each delay is made up to `jitter` (default 0.2: 20 %) longer or shorter at random, so that webhooks which
 * failed together do not come back together. Throws OPTION_INVALID.
 *
 * @example
 * retrySchedule([5_000, 300_000])  // three attempts: at once, after 5 s, after 5 min more
 */
export function retrySchedule(
  delaysMs: readonly number[],
  options: { readonly jitter?: number } = {},
): RetryPolicy {
  const jitter = options.jitter ?? 0.2;
  assertDelays(delaysMs);
  assertJitter(jitter);
  return {
    maxAttempts: delaysMs.length + 1,
    delayMsAfterAttempt(attempt, random) {
      const delayMs = delaysMs[attempt - 1];
      return delayMs === undefined ? null : Math.round(delayMs * (1 - jitter + 2 * jitter * random));
    },
  };
}

/**
 * The default: ten attempts over 75.6 hours, by the example schedule of the Standard Webhooks spec
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
export function standardRetry(): RetryPolicy {
  return retrySchedule([
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ]);
}

/**
 * The seed's schedule, Rails' `polynomially_longer`: after attempt n, n to the power of 4 plus 2 seconds, and up
 * to 15 % of the power more at random. Five attempts take about six minutes.
 */
export function polynomialRetry(options: { readonly attempts?: number } = {}): RetryPolicy {
  const maxAttempts = options.attempts ?? 5;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) {
    throw optionInvalid('retry.attempts', 'a whole number from 1', maxAttempts);
  }
  return {
    maxAttempts,
    delayMsAfterAttempt(attempt, random) {
      if (attempt >= maxAttempts) return null;
      const power = attempt ** 4;
      return Math.round((power + random * power * 0.15 + 2) * SECOND);
    },
  };
}

/** A policy as an option may be given: itself, or a list of delays in milliseconds. Throws OPTION_INVALID. */
export function toPolicy(
  option: string,
  given: RetryPolicy | readonly number[] | undefined,
  fallback: () => RetryPolicy,
): RetryPolicy {
  if (given === undefined) return fallback();
  if (Array.isArray(given)) return retrySchedule(given as readonly number[]);
  if (typeof (given as Partial<RetryPolicy> | null)?.delayMsAfterAttempt === 'function')
    return withTimes(given as RetryPolicy);
  throw optionInvalid(option, 'a retry policy, or a list of delays in milliseconds', given);
}

/** A receiver must not be sent to as fast as it fails because a sum went wrong. */
function withTimes(policy: RetryPolicy): RetryPolicy {
  return {
    maxAttempts: policy.maxAttempts,
    delayMsAfterAttempt(attempt, random) {
      const delayMs = policy.delayMsAfterAttempt(attempt, random);
      if (delayMs === null) return null;
      return delayMs >= 0 && delayMs <= MAX_DELAY_MS ? delayMs : MINUTE;
    },
  };
}

function assertDelays(delaysMs: readonly number[]): void {
  const bad = delaysMs.find((delayMs) => !(delayMs >= 0 && delayMs <= MAX_DELAY_MS));
  if (bad !== undefined) throw optionInvalid('retry', 'delays in milliseconds, from 0 to a year', bad);
}

function assertJitter(jitter: number): void {
  if (!(jitter >= 0 && jitter <= 1)) throw optionInvalid('retry.jitter', 'a share from 0 to 1', jitter);
}

function optionInvalid(option: string, expected: string, got: unknown): HooklineError {
  return new HooklineError('OPTION_INVALID', { option, expected, got });
}
