import { errorFields, isStoreUnavailable } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { HttpClient, HttpReply } from '../ports/http-client.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { Logger } from '../ports/logger.js';
import type { ClaimedDelivery, DeliveryResult, HeldDelivery } from '../ports/work-store.js';
import type { Claims, Held } from '../worker/claims.js';
import type { HandOver } from '../worker/hand-over.js';
import { type Admission, admitDelivery } from './admit-delivery.js';
import type { Composer } from './compose-body.js';
import { cancelDelivery, concludeAttempt, type Tried } from './conclude-attempt.js';
import type { AttemptFollower } from './follow-attempt.js';
import { type ClientErrors, judgeReply, type Verdict } from './judge-reply.js';
import { type MakeRequestDeps, type MakeRequestParts, makeRequest } from './make-request.js';
import type { Pass, ReceiverGate } from './receiver-gate.js';
import { type RetryPolicy, retrySchedule } from './retry-policy.js';
import type { WebhookRecord } from './webhook.js';

/** How long a delivery rests when we, not its receiver, failed. */
const OUR_FAULT_DELAY_MS = 60_000;

export interface AttemptDeps extends MakeRequestDeps {
  readonly claims: Claims<ClaimedDelivery, DeliveryResult>;
  /** Puts a claimed delivery aside. */
  readonly hold: (delivery: HeldDelivery) => Promise<void>;
  readonly handOver: HandOver;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly clientErrors: ClientErrors;
  /** How many events may have led to one that is still sent. */
  readonly maxDepth: number;
  readonly gate: ReceiverGate;
  readonly composer: Composer;
  readonly followers: readonly AttemptFollower[];
}

/**
 * The story of one attempt, of a delivery that this process holds:
 *
 * 1. refuse it where its webhook is gone or inactive; put it aside where that is paused, its receiver only fails just
 *    now, or its turn has not come
 * 2. compose its body, get what lets it in, build the request and sign it
 * 3. leave it alone where its lease ran out meanwhile (the process stood still): somebody else may be sending it
 * 4. send it; network trouble is a reply, too
 * 5. judge the reply
 * 6. leave its place in the worker to the next, record the attempt and where the delivery goes on, in one write
 * 7. hand over the next attempt, and tell those who follow
 */
export async function attemptDelivery(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  leave: () => void = () => {},
): Promise<void> {
  const admission = admitDelivery(work, deps.maxDepth);
  if (admission.kind !== 'admitted') return dismiss(deps, work, admission);
  const { webhook } = admission;
  const passing = deps.gate.pass(work.delivery, webhook);
  const pass = passing instanceof Promise ? await passing : passing;
  if (pass.kind === 'held') return dismiss(deps, work, pass);
  const tried = await attempt(deps, work, webhook);
  if (tried === null) return deps.gate.abandon(webhook, pass.isProbe);
  const policy = policyOf(deps, webhook);
  deps.gate.note({ webhook, policy, isProbe: pass.isProbe, ...endOf(tried) });
  leave();
  const scheduling = { policy, random: deps.random() };
  const result = concludeAttempt(work, tried, scheduling);
  await record(deps, work, result);
  await follow(deps, work, { webhook, result, verdict: tried.verdict });
  const callingBack = deps.gate.callBack(webhook);
  if (callingBack !== undefined) await callingBack;
}

/** Null where nothing was sent: it was withheld, the lease is over, or it failed on our side. */
async function attempt(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  webhook: WebhookRecord,
): Promise<Tried | null> {
  const { clock, ids } = deps;
  try {
    const composing = deps.composer.compose(work, webhook);
    const composed = composing instanceof Promise ? await composing : composing;
    if (composed.kind === 'withheld') {
      await dismiss(deps, work, { kind: 'refused', reason: composed.reason });
      return null;
    }
    const startedAt = clock.now();
    const reply = await send(deps, work, { webhook, composed, now: startedAt });
    if (reply === null) return null;
    const finishedAt = clock.now();
    const { clientErrors = deps.clientErrors } = webhook.settings;
    const verdict = judgeReply(reply, finishedAt, clientErrors);
    return { attemptId: ids.next('att'), startedAt, finishedAt, reply, verdict };
  } catch (error) {
    await postpone(deps, work, error);
    return null;
  }
}

/** Null where the lease is over. */
async function send(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  parts: MakeRequestParts,
): Promise<HttpReply | null> {
  const making = makeRequest(deps, work, parts);
  const made = making instanceof Promise ? await making : making;
  if (made.kind === 'denied')
    return { kind: 'error', reason: made.reason, message: made.message, durationMs: 0 };
  return deps.claims.isHeld(work.delivery.id) ? deps.http.send(made.request) : null;
}

function policyOf({ retry }: AttemptDeps, { settings }: WebhookRecord): RetryPolicy {
  return settings.retry === undefined ? retry : retrySchedule(settings.retry);
}

function endOf({ verdict, reply }: Tried) {
  const status = reply.kind === 'response' ? reply.status : null;
  return { verdict, status, durationMs: reply.durationMs };
}

/** What the receiver answered counts, also where the log of the attempt cannot be stored. */
async function record(
  { claims, logger }: AttemptDeps,
  work: Held<ClaimedDelivery>,
  result: DeliveryResult,
): Promise<void> {
  try {
    await claims.settle(result);
  } catch (error) {
    if (isStoreUnavailable(error)) throw error;
    logger.error(
      { ...fieldsOf(work), ...errorFields(error) },
      'an attempt could not be stored: its outcome is',
    );
    await claims.settle({ ...result, attempt: null });
  }
}

/** What is not tried is put aside or cancelled. */
async function dismiss(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  admission: Exclude<Admission, { readonly kind: 'admitted' }> | Exclude<Pass, { readonly kind: 'open' }>,
): Promise<void> {
  if (admission.kind === 'held') {
    const { hold, until } = admission;
    return deps.hold({ id: work.delivery.id, lease: work.lease, hold, nextAttemptAt: until });
  }
  const { reason } = admission;
  await deps.claims.settle(cancelDelivery(work, reason, deps.clock.now()));
  const level = reason === 'loop' ? 'warn' : 'info';
  deps.logger[level]({ ...fieldsOf(work), reason }, 'delivery cancelled');
}

async function follow(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  followed: { readonly webhook: WebhookRecord; readonly result: DeliveryResult; readonly verdict: Verdict },
): Promise<void> {
  const { result, verdict } = followed;
  logAttempt(deps, work, result);
  const { id, nextAttemptAt } = result;
  if (verdict.kind !== 'succeeded' && nextAttemptAt !== null) {
    const delayMs = Math.max(0, nextAttemptAt - deps.clock.now());
    deps.handOver([{ kind: 'delivery', id }], delayMs);
  }
  for (const follower of deps.followers) {
    const following = follower.followed({ ...followed, delivery: work.delivery });
    if (following !== undefined) await following;
  }
}

function logAttempt({ logger }: AttemptDeps, work: Held<ClaimedDelivery>, result: DeliveryResult): void {
  const { id, state, reason, attempt } = result;
  const { eventId, webhookId } = work.delivery;
  logger.debug(
    {
      deliveryId: id,
      eventId,
      webhookId,
      attempt: attempt?.number,
      state,
      reason,
      status: attempt?.responseStatus,
    },
    'delivery attempted',
  );
  if (state === 'exhausted') logger.warn({ ...fieldsOf(work), reason }, 'delivery exhausted');
}

/** Our own fault (a secret that cannot be read, a client that throws) is not charged to the receiver's schedule. */
async function postpone(deps: AttemptDeps, work: Held<ClaimedDelivery>, error: unknown): Promise<void> {
  const { id, attemptCount, scheduledAttemptCount, manual } = work.delivery;
  deps.logger.error({ ...fieldsOf(work), ...errorFields(error) }, 'attempt failed on our side');
  const nextAttemptAt = deps.clock.now() + OUR_FAULT_DELAY_MS;
  const next = { state: 'retrying', nextAttemptAt, reason: 'internal', finalizedAt: null } as const;
  const held = { id, lease: work.lease, attempt: null, attemptCount, scheduledAttemptCount, manual };
  await deps.claims.settle({ ...held, ...next });
}

function fieldsOf({ delivery }: Held<ClaimedDelivery>) {
  const { id, eventId, webhookId, attemptCount } = delivery;
  return { deliveryId: id, eventId, webhookId, attempt: attemptCount + 1 };
}
