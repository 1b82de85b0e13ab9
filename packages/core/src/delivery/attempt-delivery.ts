import { errorFields, isStoreUnavailable } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { HttpClient } from '../ports/http-client.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { Logger } from '../ports/logger.js';
import type { WebhookStore } from '../ports/store.js';
import type { ClaimedDelivery, DeliveryResult } from '../ports/work-store.js';
import type { Claims, Held } from '../worker/claims.js';
import type { HandOver } from '../worker/hand-over.js';
import { buildRequest, type RequestOptions } from './build-request.js';
import { cancelDelivery, concludeAttempt, type Tried } from './conclude-attempt.js';
import { judgeReply, type Verdict } from './judge-reply.js';
import type { RetryPolicy } from './retry-policy.js';
import type { WebhookRecord } from './webhook.js';

/** How long a delivery rests when we, not its receiver, failed. */
const OUR_FAULT_DELAY_MS = 60_000;

export interface AttemptDeps {
  readonly claims: Claims<ClaimedDelivery, DeliveryResult>;
  readonly webhooks: WebhookStore;
  readonly handOver: HandOver;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly request: RequestOptions;
  /** The decoded secrets of a webhook that sign at an instant. Throws SECRET_UNREADABLE. */
  readonly signingKeys: (webhook: WebhookRecord, now: number) => readonly Buffer[];
}

/**
 * The story of one attempt, of a delivery that this process holds:
 *
 * 1. refuse it where its webhook is gone or inactive
 * 2. build the request from the stored bytes, and sign it
 * 3. leave it alone where its lease ran out meanwhile (the process stood still): somebody else may be sending it
 * 4. send it; network trouble is a reply, too
 * 5. judge the reply
 * 6. leave its place in the worker to the next, record the attempt and where the delivery goes on, in one write
 * 7. hand over the next attempt, or disable a webhook that said 410 Gone
 */
export async function attemptDelivery(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  leave: () => void = () => {},
): Promise<void> {
  const { webhook } = work;
  const refusal = refuse(webhook);
  if (webhook === null || refusal !== null) return cancel(deps, work, refusal);

  const tried = await attempt(deps, work, webhook);
  if (tried === null) return;
  leave();
  const result = concludeAttempt(work, tried, { policy: deps.retry, random: deps.random() });
  await record(deps, work, result);
  await follow(deps, work, result, tried.verdict);
}

/** Null where nothing was sent: the lease is over, or it failed on our side. */
async function attempt(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  webhook: WebhookRecord,
): Promise<Tried | null> {
  const { claims, clock, http, ids, signingKeys } = deps;
  try {
    const startedAt = clock.now();
    const keys = signingKeys(webhook, startedAt);
    const request = buildRequest({ url: webhook.url, work, keys, now: startedAt }, deps.request);
    if (!claims.isHeld(work.delivery.id)) return null;
    const reply = await http.send(request);
    const finishedAt = clock.now();
    const verdict = judgeReply(reply, finishedAt);
    return { attemptId: ids.next('att'), startedAt, finishedAt, reply, verdict };
  } catch (error) {
    await postpone(deps, work, error);
    return null;
  }
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

function refuse(webhook: WebhookRecord | null): string | null {
  if (webhook === null) return 'webhook-deleted';
  return webhook.active ? null : 'webhook-inactive';
}

async function cancel(deps: AttemptDeps, work: Held<ClaimedDelivery>, reason: string | null): Promise<void> {
  await deps.claims.settle(cancelDelivery(work, reason ?? 'webhook-deleted', deps.clock.now()));
  deps.logger.info({ ...fieldsOf(work), reason }, 'delivery cancelled');
}

async function follow(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  result: DeliveryResult,
  verdict: Verdict,
): Promise<void> {
  const { id, state, nextAttemptAt, reason, attempt } = result;
  deps.logger.debug(
    {
      deliveryId: id,
      eventId: work.delivery.eventId,
      webhookId: work.delivery.webhookId,
      attempt: attempt?.number,
      state,
      reason,
      status: attempt?.responseStatus,
    },
    'delivery attempted',
  );
  if (verdict.kind === 'succeeded') return;
  if (nextAttemptAt !== null) {
    const delayMs = Math.max(0, nextAttemptAt - deps.clock.now());
    deps.handOver([{ kind: 'delivery', id }], delayMs);
  }
  if (state === 'exhausted') deps.logger.warn({ ...fieldsOf(work), reason }, 'delivery exhausted');
  if (verdict.kind === 'give-up' && verdict.isGone) await disable(deps, work);
}

/** Unless it has another URL by now: it was the old one that is gone. */
async function disable(
  { webhooks, clock, logger }: AttemptDeps,
  { webhook }: Held<ClaimedDelivery>,
): Promise<void> {
  if (webhook === null) return;
  const { id, url } = webhook;
  const disabled = await webhooks.update(
    id,
    {},
    { active: false, updatedAt: clock.now() },
    { url, active: true },
  );
  if (disabled) logger.warn({ webhookId: id }, 'webhook disabled: its receiver answered 410 Gone');
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
