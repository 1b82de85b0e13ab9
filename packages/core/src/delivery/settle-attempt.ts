import { errorFields, isStoreUnavailable } from '../errors.js';
import type { EventRecord } from '../events/event.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { ClaimedDelivery, DeliveryResult, HeldDelivery } from '../ports/work-store.js';
import type { Claims, Held } from '../worker/claims.js';
import type { HandOver } from '../worker/hand-over.js';
import type { Promoter } from '../worker/promote-groups.js';
import type { Waker } from '../worker/waker.js';
import type { Admission } from './admit-delivery.js';
import { cancelDelivery } from './conclude-attempt.js';
import type { AttemptFollower, Followed } from './follow-attempt.js';
import { isGathered, turnOf } from './group.js';
import type { Pass } from './receiver-gate.js';
import { type RetryPolicy, retrySchedule } from './retry-policy.js';
import type { WebhookRecord } from './webhook.js';

/** How long a delivery rests when we, not its receiver, failed. */
const OUR_FAULT_DELAY_MS = 60_000;

export interface SettleDeps {
  readonly claims: Claims<ClaimedDelivery, DeliveryResult>;
  /** Puts a claimed delivery aside. */
  readonly hold: (delivery: HeldDelivery) => Promise<void>;
  readonly handOver: HandOver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retry: RetryPolicy;
  /** What tells of an attempt in the event log, stored with its result; null for most. */
  readonly reportAttempt: (followed: Followed) => EventRecord | null;
  readonly followers: readonly AttemptFollower[];
  readonly promoter: Pick<Promoter, 'promote'>;
  readonly waker: Pick<Waker, 'wakeRelays'>;
}

/** When the deliveries of a webhook are tried again. */
export function policyOf({ retry }: SettleDeps, { settings }: WebhookRecord): RetryPolicy {
  return settings.retry === undefined ? retry : retrySchedule(settings.retry);
}

/** What the receiver answered counts, also where the log of the attempt cannot be stored. */
async function record(
  { claims, logger }: SettleDeps,
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
    const { event: _, ...bare } = result;
    await claims.settle({ ...bare, attempt: null });
  }
}

/** What is not tried is put aside or cancelled. */
export async function dismiss(
  deps: SettleDeps,
  work: Held<ClaimedDelivery>,
  admission: Exclude<Admission, { readonly kind: 'admitted' }> | Exclude<Pass, { readonly kind: 'open' }>,
): Promise<void> {
  if (admission.kind === 'held') {
    const { hold, until } = admission;
    return deps.hold({ id: work.delivery.id, lease: work.lease, hold, nextAttemptAt: until });
  }
  const { reason } = admission;
  await deps.claims.settle(cancelDelivery(work, reason, deps.clock.now()));
  await passOn(deps, work);
  const level = reason === 'loop' ? 'warn' : 'info';
  deps.logger[level]({ ...fieldsOf(work), reason }, 'delivery cancelled');
}

/** Stores how an attempt went, and tells those who follow. */
export async function settleAttempt(
  deps: SettleDeps,
  work: Held<ClaimedDelivery>,
  followed: Followed,
): Promise<void> {
  const { result, verdict } = followed;
  const event = deps.reportAttempt(followed);
  await record(deps, work, event === null ? result : { ...result, event });
  if (event !== null) deps.waker.wakeRelays();
  logAttempt(deps, work, result);
  const { id, nextAttemptAt } = result;
  if (verdict.kind !== 'succeeded' && nextAttemptAt !== null) {
    const delayMs = Math.max(0, nextAttemptAt - deps.clock.now());
    deps.handOver([{ kind: 'delivery', id }], delayMs);
  }
  if (nextAttemptAt === null && !goesTogether(work)) await passOn(deps, work);
  for (const follower of deps.followers) {
    const following = follower.followed(followed);
    if (following !== undefined) await following;
  }
}

/** Its group has passed its turn on when it was begun. */
function goesTogether({ delivery: { groupKey } }: Held<ClaimedDelivery>): boolean {
  return groupKey !== null && isGathered(groupKey);
}

/** The turn of a group comes to the next. */
export function passOn(
  { promoter }: Pick<SettleDeps, 'promoter'>,
  { delivery: { groupKey }, webhook }: Held<ClaimedDelivery>,
): Promise<void> | undefined {
  return groupKey === null ? undefined : promoter.promote([turnOf(groupKey, webhook)]);
}

function logAttempt({ logger }: SettleDeps, work: Held<ClaimedDelivery>, result: DeliveryResult): void {
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
export async function postpone(deps: SettleDeps, work: Held<ClaimedDelivery>, error: unknown): Promise<void> {
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
