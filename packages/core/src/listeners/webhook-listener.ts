import type { DeliveryRecord } from '../delivery/delivery.js';
import { matchesFilter } from '../delivery/filter.js';
import { oweDelivery } from '../delivery/owe-delivery.js';
import type { WebhookRecord } from '../delivery/webhook.js';
import type { WebhookCache } from '../delivery/webhook-cache.js';
import type { EventRecord } from '../events/event.js';

/** What an event owes to one webhook, with all that its first attempt needs. */
export interface OwedDelivery {
  readonly record: DeliveryRecord;
  readonly webhook: WebhookRecord;
  readonly event: EventRecord;
}

/** What events owe to webhooks, as these are at one instant. */
export interface OwedDeliveries {
  /** Of the webhooks. Null where none of the events may leave the process. */
  readonly webhookVersion: string | null;
  of(event: EventRecord): readonly OwedDelivery[];
  countOf(event: EventRecord): number;
}

/**
 * The listener behind every webhook: owes an event to each webhook of its account that subscribes to it. To an inactive
 * one it owes a delivery that is over already, so that what was not sent can be seen.
 * It takes events in batches, so that a burst costs one look-up of webhooks at most.
 */
export class WebhookListener {
  readonly #webhooks: WebhookCache;

  constructor(webhooks: WebhookCache) {
    this.#webhooks = webhooks;
  }

  async owedFor(events: readonly EventRecord[], now: number): Promise<OwedDeliveries> {
    const accountIds = new Set(events.filter(isSubscribable).map(({ accountId }) => accountId));
    if (accountIds.size === 0) return { webhookVersion: null, of: () => [], countOf: () => 0 };
    const { version, subscribersOf } = await this.#webhooks.directoryOf([...accountIds]);
    const find = (event: EventRecord) =>
      isSubscribable(event)
        ? wanting(event, addressees(event, subscribersOf(event.accountId, event.type)))
        : [];
    const found = new Map<string, readonly WebhookRecord[]>();
    const subscribers = (event: EventRecord) => {
      const known = found.get(event.id) ?? find(event);
      found.set(event.id, known);
      return known;
    };
    const toOwed = (event: EventRecord) => (webhook: WebhookRecord) => ({
      record: oweDelivery(event, webhook, now),
      webhook,
      event,
    });
    return {
      webhookVersion: version,
      of: (event) => subscribers(event).map(toOwed(event)),
      countOf: (event) => subscribers(event).length,
    };
  }

  /** The webhooks have changed since the last `owedFor`. */
  forget(): void {
    this.#webhooks.forget();
  }
}

function addressees(
  { webhookId }: EventRecord,
  subscribers: readonly WebhookRecord[],
): readonly WebhookRecord[] {
  return webhookId === null ? subscribers : subscribers.filter(({ id }) => id === webhookId);
}

/** The payload is read only where a webhook has a filter, and then once. */
function wanting(event: EventRecord, webhooks: readonly WebhookRecord[]): readonly WebhookRecord[] {
  if (webhooks.every(({ settings }) => settings.filter === undefined)) return webhooks;
  const content: unknown = JSON.parse(event.payload);
  return webhooks.filter(
    ({ settings: { filter } }) => filter === undefined || matchesFilter(filter, content),
  );
}

function isSubscribable({ visibility }: EventRecord): boolean {
  return visibility === 'subscribable';
}
