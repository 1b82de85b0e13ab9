import { type DeliveryRecord, deliveryId } from '../delivery/delivery.js';
import type { WebhookRecord } from '../delivery/webhook.js';
import type { EventRecord } from '../events/event.js';
import { matchesPattern } from '../events/event-pattern.js';
import { CLOCK_MARGIN_MS } from '../ports/clock.js';
import type { WebhookStore } from '../ports/store.js';

/**
 * The listener behind every webhook: owes an event to each active webhook of its account that subscribes to it.
 * It takes events in batches, so that a burst costs one look-up of webhooks and one write of deliveries.
 */
export class WebhookListener {
  readonly #webhooks: WebhookStore;

  constructor(webhooks: WebhookStore) {
    this.#webhooks = webhooks;
  }

  async fanOut(events: readonly EventRecord[], now: number): Promise<readonly DeliveryRecord[]> {
    const subscribable = events.filter((event) => event.visibility === 'subscribable');
    if (subscribable.length === 0) return [];
    const accountIds = [...new Set(subscribable.map((event) => event.accountId))];
    const webhooks = byAccount(await this.#webhooks.activeOf(accountIds));
    return subscribable.flatMap((event) =>
      (webhooks.get(event.accountId) ?? [])
        .filter((webhook) => isSubscribed(webhook, event.type))
        .map((webhook) => owe(event, webhook.id, now)),
    );
  }
}

function byAccount(webhooks: readonly WebhookRecord[]): ReadonlyMap<string | null, readonly WebhookRecord[]> {
  const groups = new Map<string | null, WebhookRecord[]>();
  for (const webhook of webhooks) {
    const group = groups.get(webhook.accountId);
    if (group) group.push(webhook);
    else groups.set(webhook.accountId, [webhook]);
  }
  return groups;
}

export function isSubscribed(webhook: Pick<WebhookRecord, 'subscriptions'>, type: string): boolean {
  return webhook.subscriptions.some((pattern) => matchesPattern(pattern, type));
}

/** A new delivery, due at once, also for a process whose clock is a little behind. */
export function owe(event: EventRecord, webhookId: string, now: number): DeliveryRecord {
  return {
    id: deliveryId(event.id, webhookId),
    eventId: event.id,
    eventType: event.type,
    webhookId,
    accountId: event.accountId,
    state: 'pending',
    attemptCount: 0,
    scheduledAttemptCount: 0,
    manual: false,
    nextAttemptAt: now - CLOCK_MARGIN_MS,
    reason: null,
    createdAt: now,
    finalizedAt: null,
  };
}
