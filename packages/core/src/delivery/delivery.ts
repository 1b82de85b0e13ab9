/**
 * Where a delivery stands.
 *
 * - `pending`: made by fan-out or asked for by a redeliver; a worker claims it.
 * - `delivering`: claimed, an attempt is running; a lost lease returns it to the next claim.
 * - `retrying`: the last attempt failed; claimed again at `nextAttemptAt`.
 * - `delivered`, `exhausted`, `cancelled`: final. Only a redeliver leaves a final state.
 */
export type DeliveryState = 'pending' | 'delivering' | 'retrying' | 'delivered' | 'exhausted' | 'cancelled';

export const DELIVERY_STATES: readonly DeliveryState[] = [
  'pending',
  'delivering',
  'retrying',
  'delivered',
  'exhausted',
  'cancelled',
];

/**
 * Why a delivery that would be due is put aside, though nothing failed. Its state and its counts stay.
 *
 * - `paused`: its webhook is paused; resumed with it.
 * - `predecessor`: another delivery of its group comes first.
 * - `circuit`: its receiver only fails just now; resumed when it answers again, or tried at `nextAttemptAt`.
 * - `rate`: its webhook's rate limit gives it a turn at `nextAttemptAt`.
 * - `concurrency`: its webhook has as many attempts under way as it may, and they are slow.
 * - `debounce`, `batch`: it waits for others of its group.
 */
export type Hold = 'paused' | 'predecessor' | 'circuit' | 'rate' | 'concurrency' | 'debounce' | 'batch';

/** The `nextAttemptAt` of what is held until somebody resumes it. */
export const HELD_UNTIL_RESUMED = 8.64e15;

/** One event owed to one webhook. */
export interface DeliveryRecord {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly webhookId: string;
  readonly accountId: string | null;
  readonly state: DeliveryState;
  /** Every attempt so far; the next one has this number plus one. */
  readonly attemptCount: number;
  /** The attempts that used up the retry schedule: those asked for by a person do not. */
  readonly scheduledAttemptCount: number;
  /** Whether the attempt now due was asked for by a person. */
  readonly manual: boolean;
  /** When the next attempt is due; null in a final state. */
  readonly nextAttemptAt: number | null;
  /** Why it waits for that, where it is not for a failed attempt. */
  readonly hold: Hold | null;
  /** Deliveries with the same one have to do with each other: they are ordered, debounced or batched. */
  readonly groupKey: string | null;
  /** Why it is cancelled or exhausted, or the last attempt failed. */
  readonly reason: string | null;
  readonly createdAt: number;
  readonly finalizedAt: number | null;
}

/**
 * The id of the delivery of an event to a webhook: the same whoever computes it, so that a fan-out which is
 * done twice stores each delivery once. The webhook's part is the random half of its ULID.
 */
export function deliveryId(eventId: string, webhookId: string): string {
  return `dlv_${eventId.slice('evt_'.length)}${webhookId.slice(-16)}`;
}
