import { HooklineError } from '../errors.js';
import { whole } from '../options.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const CENTURY_MS = 36_500 * DAY_MS;

/** How long what came to its end is kept. What is still owed is kept in any case. */
export interface RetentionOptions {
  /**
   * Deliveries that were delivered or cancelled and runs that succeeded or were cancelled, from their end on; events of
   * which nothing else is kept, from their dispatch on. In milliseconds, at least a minute. Default 30 days.
   */
  readonly finishedMs?: number;
  /**
   * Deliveries and runs that were exhausted, and their events. In milliseconds, at least `finishedMs`. Default 90 days,
   * or `finishedMs` where that is longer.
   */
  readonly exhaustedMs?: number;
  /**
   * Receipts, and with them the memory of what a source has sent before: a request that comes again later is taken for
   * a new one. In milliseconds, at least a minute. Default 30 days.
   */
  readonly receiptsMs?: number;
  /**
   * Counts of refused requests, from the last of their hour on. In milliseconds, at least a minute. Default 30 days.
   */
  readonly rejectionsMs?: number;
  /** How often to look for what is old. In milliseconds, a second to a day. Default 10 minutes. */
  readonly intervalMs?: number;
}

/** The options, checked and filled in. */
export type RetentionPolicy = Readonly<Required<RetentionOptions>>;

/** Null where everything is kept. Throws OPTION_INVALID. */
export function resolveRetention(option: RetentionOptions | false = {}): RetentionPolicy | null {
  if (option === false) return null;
  if (typeof option !== 'object' || option === null) {
    const expected = 'false, or how long to keep what, as in { finishedMs: 86400000 }';
    throw new HooklineError('OPTION_INVALID', { option: 'retention', expected, got: String(option) });
  }
  const age = [MINUTE_MS, CENTURY_MS] as const;
  const finishedMs = whole('retention.finishedMs', option.finishedMs, 30 * DAY_MS, age);
  const exhaustedMs = Math.max(90 * DAY_MS, finishedMs);
  return {
    finishedMs,
    exhaustedMs: whole('retention.exhaustedMs', option.exhaustedMs, exhaustedMs, [finishedMs, CENTURY_MS]),
    receiptsMs: whole('retention.receiptsMs', option.receiptsMs, 30 * DAY_MS, age),
    rejectionsMs: whole('retention.rejectionsMs', option.rejectionsMs, 30 * DAY_MS, age),
    intervalMs: whole('retention.intervalMs', option.intervalMs, 10 * MINUTE_MS, [1_000, DAY_MS]),
  };
}
