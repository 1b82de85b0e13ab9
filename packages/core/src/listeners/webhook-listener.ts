import type { DeliveryRecord } from '../delivery/delivery.js';
import type { EventViews } from '../delivery/event-views.js';
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
  readonly #views: Pick<EventViews, 'wanting'>;

  constructor(webhooks: WebhookCache, views: Pick<EventViews, 'wanting'>) {
    this.#webhooks = webhooks;
    this.#views = views;
  }

  async owedFor(events: readonly EventRecord[], now: number): Promise<OwedDeliveries> {
    const accountIds = new Set(events.filter(isSubscribable).map(({ accountId }) => accountId));
    if (accountIds.size === 0) return { webhookVersion: null, of: () => [], countOf: () => 0 };
    const { version, subscribersOf } = await this.#webhooks.directoryOf([...accountIds]);
    const wanting = await this.#wanting(events, (event) =>
      isSubscribable(event) ? addressees(event, subscribersOf(event.accountId, event.type)) : [],
    );
    const subscribers = ({ id }: EventRecord) => wanting.get(id) ?? [];
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

  /** By the ids of the events. What an event says is looked at only where a webhook has a filter. */
  async #wanting(
    events: readonly EventRecord[],
    addresseesOf: (event: EventRecord) => readonly WebhookRecord[],
  ): Promise<ReadonlyMap<string, readonly WebhookRecord[]>> {
    const wanting = new Map(events.map((event) => [event.id, addresseesOf(event)]));
    const judged = events.filter(({ id }) => wanting.get(id)?.some(hasFilter));
    const judge = async (event: EventRecord) =>
      wanting.set(event.id, await this.#views.wanting(event, wanting.get(event.id) ?? []));
    if (judged.length > 0) await Promise.all(judged.map(judge));
    return wanting;
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

function hasFilter({ settings }: WebhookRecord): boolean {
  return settings.filter !== undefined;
}

function isSubscribable({ visibility }: EventRecord): boolean {
  return visibility === 'subscribable';
}
