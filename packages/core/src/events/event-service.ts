import type { DeliveryRecord } from '../delivery/delivery.js';
import type { EventViews } from '../delivery/event-views.js';
import { HooklineError } from '../errors.js';
import type { AccountScope, EventFilter, Events, EventWithDeliveries, ListOptions } from '../hub-services.js';
import type { Clock } from '../ports/clock.js';
import type { DeliveryStore, EventStore, Store } from '../ports/store.js';
import { safeText } from '../safe-text.js';
import { toPage, toScope } from '../scope.js';
import { accountKey, toEvent } from './build-event.js';
import type { AccountId, Event, Subject } from './event.js';
import { checkSubject, subjectOf } from './subject.js';

export interface EventServiceDeps {
  readonly clock: Clock;
  readonly eventViews: Pick<EventViews, 'eventFor'>;
  readonly ready: () => Promise<void>;
}

/** `hub.events`. */
export class EventService implements Events {
  readonly #events: EventStore;
  readonly #deliveries: DeliveryStore;
  readonly #clock: Clock;
  readonly #views: Pick<EventViews, 'eventFor'>;
  readonly #ready: () => Promise<void>;

  constructor({ events, deliveries }: Store, { clock, eventViews, ready }: EventServiceDeps) {
    this.#events = events;
    this.#deliveries = deliveries;
    this.#clock = clock;
    this.#views = eventViews;
    this.#ready = ready;
  }

  async get(id: string, options: AccountScope & Pick<EventFilter, 'visibility'> = {}): Promise<Event | null> {
    await this.#ready();
    const { visibility } = options;
    const record = await this.#events.get(id, toScope(options));
    const isAsked = record && (visibility === undefined || record.visibility === visibility);
    return isAsked ? toEvent(record) : null;
  }

  async list(options: ListOptions & EventFilter = {}): Promise<readonly Event[]> {
    await this.#ready();
    const { type, subject, visibility } = options;
    const records = await this.#events.list({
      ...toScope(options),
      ...toPage(options),
      ...(type !== undefined && { type }),
      ...(visibility !== undefined && { visibility }),
      ...(subject && subjectKey(subject)),
    });
    return records.map(toEvent);
  }

  seenBy(accountId: AccountId | null, event: Event): Promise<Event | null> {
    return this.#views.eventFor(event, accountKey(accountId));
  }

  async of(
    subject: Subject | object,
    options: ListOptions & Omit<EventFilter, 'subject'> = {},
  ): Promise<readonly EventWithDeliveries[]> {
    const events = await this.list({ ...options, subject: subjectOf(subject) });
    const deliveries = await this.#deliveries.ofEvents(events.map(({ id }) => id));
    const byEvent = new Map(events.map(({ id }) => [id, [] as DeliveryRecord[]]));
    for (const delivery of deliveries) byEvent.get(delivery.eventId)?.push(delivery);
    return events.map((event) => ({ event, deliveries: byEvent.get(event.id) ?? [] }));
  }

  async erase(id: string, scope: AccountScope = {}): Promise<void> {
    await this.#ready();
    const count = await this.#events.erase({ id, ...toScope(scope) }, this.#clock.now());
    if (count === 0) throw new HooklineError('NOT_FOUND', { kind: 'event', id });
  }

  async eraseSubject(subject: Subject, scope: AccountScope = {}): Promise<number> {
    checkSubject(subject);
    await this.#ready();
    return this.#events.erase({ ...subjectKey(subject), ...toScope(scope) }, this.#clock.now());
  }
}

/** A subject as it is stored. */
function subjectKey({ type, id }: Subject) {
  return { subjectType: safeText(type), subjectId: safeText(String(id)) };
}
