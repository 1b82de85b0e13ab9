import { HooklineError } from '../errors.js';
import { whole } from '../options.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const YEAR_MS = 365 * DAY_MS;

export interface HealthOptions {
  /** A webhook that has done nothing but fail for so long is disabled, in milliseconds. Default 5 days. */
  readonly disableAfterMs?: number;
  /** And has failed so often in that time. Default 50. */
  readonly minAttempts?: number;
  /** After which parts of that time it is warned of, in percent, by `hookline.webhook.failing`. Default 50, 70 and 90. */
  readonly warnAtPercent?: readonly number[];
  /** How often a webhook that is disabled for failing is probed, in milliseconds. Default 1 hour. */
  readonly probeEveryMs?: number;
}

export interface HealthPolicy {
  readonly disableAfterMs: number;
  readonly minAttempts: number;
  /** Ascending. */
  readonly warnAtPercent: readonly number[];
  readonly probeEveryMs: number;
}

/** Null: no webhook is disabled for failing. Throws OPTION_INVALID. */
export function resolveHealth(options: HealthOptions | false = {}): HealthPolicy | null {
  if (options === false) return null;
  const { warnAtPercent = [50, 70, 90] } = options;
  const isPercent = (value: unknown) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 100;
  if (!Array.isArray(warnAtPercent) || !warnAtPercent.every(isPercent)) {
    const expected = 'whole percents between 0 and 100';
    throw new HooklineError('OPTION_INVALID', {
      option: 'health.warnAtPercent',
      expected,
      got: String(warnAtPercent),
    });
  }
  return {
    disableAfterMs: whole('health.disableAfterMs', options.disableAfterMs, 5 * DAY_MS, [MINUTE_MS, YEAR_MS]),
    minAttempts: whole('health.minAttempts', options.minAttempts, 50, [1, 1_000_000]),
    warnAtPercent: [...warnAtPercent].sort((a, b) => a - b),
    probeEveryMs: whole('health.probeEveryMs', options.probeEveryMs, 60 * MINUTE_MS, [MINUTE_MS, YEAR_MS]),
  };
}
