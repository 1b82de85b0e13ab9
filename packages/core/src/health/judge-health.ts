import type { HealthRecord } from '../ports/health-store.js';
import type { HealthPolicy } from './health-policy.js';

export type HealthVerdict =
  | { readonly kind: 'fine' }
  | { readonly kind: 'warn'; readonly percent: number }
  | { readonly kind: 'disable' };

/** What is to be done about a webhook that has done nothing but fail since then. */
export function judgeHealth(record: HealthRecord, policy: HealthPolicy, now: number): HealthVerdict {
  const percent = ((now - record.failingSince) / policy.disableAfterMs) * 100;
  if (percent >= 100 && record.failureCount >= policy.minAttempts) return { kind: 'disable' };
  const passed = policy.warnAtPercent.findLast((threshold) => percent >= threshold);
  if (passed === undefined || passed <= record.warnedPercent) return { kind: 'fine' };
  return { kind: 'warn', percent: passed };
}
