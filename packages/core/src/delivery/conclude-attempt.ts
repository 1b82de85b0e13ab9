import type { HttpReply } from '../ports/http-client.js';
import type { ClaimedDelivery, DeliveryResult } from '../ports/work-store.js';
import { safeText } from '../safe-text.js';
import type { Held } from '../worker/claims.js';
import type { AttemptRecord } from './attempt.js';
import type { DeliveryRecord } from './delivery.js';
import type { Verdict } from './judge-reply.js';
import type { RetryPolicy } from './retry-policy.js';

const MAX_MESSAGE_LENGTH = 1_000;

export interface Tried {
  readonly attemptId: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly reply: HttpReply;
  readonly verdict: Verdict;
}

export interface Scheduling {
  readonly policy: RetryPolicy;
  /** From 0 up to 1, for the jitter. */
  readonly random: number;
}

/** Where a claimed delivery goes after an attempt: delivered, retrying at an instant, or exhausted. */
export function concludeAttempt(
  { delivery, lease }: Held<ClaimedDelivery>,
  tried: Tried,
  scheduling: Scheduling,
): DeliveryResult {
  const attempt = toAttempt(delivery, tried);
  const scheduledAttemptCount = delivery.scheduledAttemptCount + (delivery.manual ? 0 : 1);
  const { state, nextAttemptAt, reason } = nextOf(tried, scheduledAttemptCount, scheduling);
  return {
    id: delivery.id,
    lease,
    attempt,
    attemptCount: attempt.number,
    scheduledAttemptCount,
    manual: false,
    state,
    nextAttemptAt,
    reason,
    finalizedAt: nextAttemptAt === null ? tried.finishedAt : null,
  };
}

/** A claimed delivery that will not be tried: its webhook is gone or inactive. */
export function cancelDelivery(
  { delivery, lease }: Held<ClaimedDelivery>,
  reason: string,
  now: number,
): DeliveryResult {
  const { id, attemptCount, scheduledAttemptCount } = delivery;
  return {
    id,
    lease,
    attempt: null,
    attemptCount,
    scheduledAttemptCount,
    manual: false,
    state: 'cancelled',
    nextAttemptAt: null,
    reason,
    finalizedAt: now,
  };
}

type Next = Pick<DeliveryResult, 'state' | 'nextAttemptAt' | 'reason'>;

const DELIVERED: Next = { state: 'delivered', nextAttemptAt: null, reason: null };

function nextOf(
  { verdict, finishedAt }: Tried,
  scheduledAttemptCount: number,
  { policy, random }: Scheduling,
): Next {
  if (verdict.kind === 'succeeded') return DELIVERED;
  const { kind, reason } = verdict;
  const delayMs =
    kind === 'retry' ? policy.delayMsAfterAttempt(Math.max(1, scheduledAttemptCount), random) : null;
  if (kind === 'give-up' || delayMs === null) return { state: 'exhausted', nextAttemptAt: null, reason };
  return { state: 'retrying', nextAttemptAt: finishedAt + Math.max(delayMs, verdict.notBeforeMs), reason };
}

function toAttempt(delivery: DeliveryRecord, { attemptId, startedAt, reply, verdict }: Tried): AttemptRecord {
  const response = reply.kind === 'response' ? reply : null;
  return {
    id: attemptId,
    deliveryId: delivery.id,
    number: delivery.attemptCount + 1,
    outcome: verdict.kind === 'succeeded' ? 'succeeded' : 'failed',
    failureReason: verdict.kind === 'succeeded' ? null : verdict.reason,
    failureMessage: verdict.kind === 'succeeded' ? null : safeText(verdict.message, MAX_MESSAGE_LENGTH),
    startedAt,
    durationMs: reply.durationMs,
    responseStatus: response?.status ?? null,
    responseHeaders: response?.headers ?? null,
    responseBody: response ? safeText(response.body.toString('utf8')) : null,
  };
}
