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
