import type { HttpReply } from '../ports/http-client.js';
import type { DeliveryResult } from '../ports/store.js';
import { safeText } from '../safe-text.js';
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

type Next = Pick<DeliveryResult, 'state' | 'nextAttemptAt' | 'reason' | 'finalizedAt'>;

/** Where a delivery goes after an attempt: delivered, retrying at an instant, or exhausted. */
export function concludeAttempt(
  delivery: DeliveryRecord,
  tried: Tried,
  scheduling: Scheduling,
): Omit<DeliveryResult, 'lease'> {
  const attempt = toAttempt(delivery, tried);
  const scheduledAttemptCount = delivery.scheduledAttemptCount + (delivery.manual ? 0 : 1);
  return {
    id: delivery.id,
    attempt,
    attemptCount: attempt.number,
    scheduledAttemptCount,
    manual: false,
    ...nextOf(tried, scheduledAttemptCount, scheduling),
  };
}

/** A delivery that will not be tried: its webhook is gone or inactive. */
export function cancelDelivery(
  delivery: DeliveryRecord,
  reason: string,
  now: number,
): Omit<DeliveryResult, 'lease'> {
  const { id, attemptCount, scheduledAttemptCount } = delivery;
  return {
    id,
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

function nextOf(
  { verdict, finishedAt }: Tried,
  scheduledAttemptCount: number,
  { policy, random }: Scheduling,
): Next {
  if (verdict.kind === 'succeeded') {
    return { state: 'delivered', nextAttemptAt: null, reason: null, finalizedAt: finishedAt };
  }
  const delayMs =
    verdict.kind === 'retry' ? policy.delayMsAfterAttempt(Math.max(1, scheduledAttemptCount), random) : null;
  if (verdict.kind === 'give-up' || delayMs === null) {
    return { state: 'exhausted', nextAttemptAt: null, reason: verdict.reason, finalizedAt: finishedAt };
  }
  const waitMs = Math.max(delayMs, verdict.notBeforeMs);
  return { state: 'retrying', nextAttemptAt: finishedAt + waitMs, reason: verdict.reason, finalizedAt: null };
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
