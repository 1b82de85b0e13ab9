import type { AccountScope, EventFilter, Events, ListOptions } from '../hub.js';
import type { EventStore } from '../ports/store.js';
import { toPage, toScope } from '../scope.js';
import { toEvent } from './build-event.js';
import type { Event } from './event.js';

/** `hub.events`. */
export class EventService implements Events {
  readonly #events: EventStore;
  readonly #ready: () => Promise<void>;

  constructor(events: EventStore, ready: () => Promise<void>) {
    this.#events = events;
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
      ...(subject && { subjectType: subject.type, subjectId: String(subject.id) }),
    });
    return records.map(toEvent);
  }
}
