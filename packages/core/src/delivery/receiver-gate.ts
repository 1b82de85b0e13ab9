import { errorFields } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { HttpReply } from '../ports/http-client.js';
import type { Logger } from '../ports/logger.js';
import type { DeliveryStore } from '../ports/store.js';
import type { Waker } from '../worker/waker.js';
import type { FailureReason } from './attempt.js';
import type { DeliveryRecord, Hold } from './delivery.js';
import type { Verdict } from './judge-reply.js';
import type { RetryPolicy } from './retry-policy.js';
import type { TurnTaker } from './take-turn.js';
import { isFreshTest } from './test-event.js';
import type { WebhookRecord } from './webhook.js';
import type { LaneOutcome, WebhookLane } from './webhook-lane.js';
import type { WebhookLanes } from './webhook-lanes.js';
import type { RateLimit } from './webhook-settings.js';

/** What is due this soon is due. */
const SOON_MS = 5;
/** However short a turn is. */
const MAX_LATE_MS = 2_000;

export interface GateDeps {
  readonly lanes: WebhookLanes;
  readonly takeTurn: TurnTaker;
  readonly deliveries: Pick<DeliveryStore, 'resume'>;
  readonly waker: Pick<Waker, 'wakeWorkers'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether a receiver is attempted now. */
export type Pass =
  | ({ readonly kind: 'open' } & Let)
  | { readonly kind: 'held'; readonly hold: Hold; readonly until: number };

/** What was let through, and where: with another URL the webhook has another lane by the time that it ends. */
export interface Let {
  readonly webhook: WebhookRecord;
  readonly lane: WebhookLane;
  readonly isProbe: boolean;
}

const PUT_ASIDE: readonly Hold[] = ['circuit', 'concurrency'];
/** A late turn is as good as one in time; one so many turns late is none, or a process that was away would send all at once. */
const TURNS_LATE = 5;

/** How an attempt ended. */
export interface Judged {
  readonly verdict: Verdict;
  readonly reply: HttpReply;
}

/** Stands before each receiver: its circuit and its rate limit. What it holds is resumed as soon as there is a reason. */
export class ReceiverGate {
  readonly #deps: GateDeps;

  constructor(deps: GateDeps) {
    this.#deps = deps;
  }

  pass(
    delivery: Pick<DeliveryRecord, 'hold' | 'nextAttemptAt' | 'eventType' | 'attemptCount'>,
    webhook: WebhookRecord,
  ): Pass | Promise<Pass> {
    const lane = this.#deps.lanes.of(webhook);
    if (isFreshTest(delivery)) return { kind: 'open', webhook, lane, isProbe: false };
    const now = this.#deps.clock.now();
    const passage = lane.circuit.pass(now);
    if (passage.kind === 'held') return { kind: 'held', hold: 'circuit', until: passage.until };
    if (passage.kind === 'probe') return { kind: 'open', webhook, lane, isProbe: true };
    const open: Pass = { kind: 'open', webhook, lane, isProbe: false };
    const { rateLimit } = webhook.settings;
    if (rateLimit === undefined || hasTurn(delivery, rateLimit, now)) return open;
    return this.#passInTurn(open, rateLimit);
  }

  /** Tells how the attempt ended that was let through. */
  note({ verdict, reply }: Judged, passed: Let, policy: RetryPolicy): void {
    if (verdict.kind !== 'succeeded' && NOT_SENT.has(verdict.reason)) {
      this.abandon(passed);
      return;
    }
    const { webhook, lane, isProbe } = passed;
    const status = reply.kind === 'response' ? reply.status : null;
    const outcome = outcomeOf(verdict, status);
    lane.note(outcome, reply.durationMs);
    if (outcome === 'fine') {
      if (lane.circuit.succeeded())
        this.#deps.logger.info({ webhookId: webhook.id }, 'circuit closed: the receiver answers again');
    } else if (lane.circuit.failed(this.#deps.clock.now(), policy, isProbe)) {
      const { reason } = verdict as Exclude<Verdict, { kind: 'succeeded' }>;
      this.#deps.logger.info(
        { webhookId: webhook.id, reason },
        'circuit opened: the receiver does nothing but fail, and is attempted now and then only',
      );
    }
  }

  /** That a delivery is held, and stored so. */
  noteHeld(webhook: WebhookRecord, hold: Hold): void {
    if (PUT_ASIDE.includes(hold)) this.#deps.lanes.of(webhook).notePutAside();
  }

  /** What was put aside comes back, some at a time, as the receiver can take it. Never rejects. */
  callBack({ lane }: Let, { hold }: Pick<DeliveryRecord, 'hold'>): Promise<void> | undefined {
    // it was put aside by a process that is gone, or by another one, and so were others
    if (hold !== null && PUT_ASIDE.includes(hold)) lane.suspectPutAside();
    const count = lane.takeBack();
    return count === 0 ? undefined : this.#resume(lane, count);
  }

  /** The attempt that was let through was not made. */
  abandon({ lane, isProbe }: Let): void {
    if (isProbe) lane.circuit.abandoned();
  }

  async #passInTurn(open: Extract<Pass, { readonly kind: 'open' }>, rate: RateLimit): Promise<Pass> {
    const turnAt = await this.#deps.takeTurn({ webhookId: open.webhook.id, rate });
    if (turnAt <= this.#deps.clock.now() + SOON_MS) return open;
    return { kind: 'held', hold: 'rate', until: turnAt };
  }

  /** Where the store does not do it now, what is held comes back by itself. */
  async #resume(lane: WebhookLane, limit: number): Promise<void> {
    const { deliveries, clock, waker, logger } = this.#deps;
    let count = 0;
    try {
      count = await deliveries.resume(lane.key, PUT_ASIDE, clock.now(), limit);
    } catch (error) {
      logger.warn(errorFields(error), 'held deliveries were not resumed: they are due later');
    }
    lane.tookBack(count);
    if (count > 0) waker.wakeWorkers();
  }
}

/** Its turn was taken when it was held for it. */
function hasTurn(
  { hold, nextAttemptAt }: Pick<DeliveryRecord, 'hold' | 'nextAttemptAt'>,
  { perMs, count }: RateLimit,
  now: number,
): boolean {
  const lateMs = Math.max(MAX_LATE_MS, (TURNS_LATE * perMs) / count);
  return hold === 'rate' && nextAttemptAt !== null && now - nextAttemptAt <= lateMs;
}

/** The receiver was not sent anything, so this tells nothing of it. */
const NOT_SENT: ReadonlySet<FailureReason> = new Set(['auth', 'proxy', 'refused-address']);

/** That it did not answer, or in no way that means anything, is the receiver's state; a 4xx is about the request. */
const SILENT: ReadonlySet<FailureReason> = new Set([
  'timeout',
  'connect',
  'dns',
  'tls',
  'reset',
  'invalid-reply',
]);
const OVERLOADED: ReadonlySet<FailureReason> = new Set(['timeout', 'connect', 'reset']);

function outcomeOf(verdict: Verdict, status: number | null): LaneOutcome {
  if (verdict.kind === 'succeeded') return 'fine';
  if (OVERLOADED.has(verdict.reason) || status === 429 || status === 503) return 'overloaded';
  const isDown = SILENT.has(verdict.reason) || (status !== null && status >= 500);
  return isDown ? 'failed' : 'fine';
}
