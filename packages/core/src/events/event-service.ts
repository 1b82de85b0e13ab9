import type { AccountScope, Events, ListOptions } from '../hub.js';
import type { EventStore } from '../ports/store.js';
import { toPage, toScope } from '../scope.js';
import { toEvent } from './build-event.js';
import type { Event, Subject } from './event.js';

/** `hub.events`. */
export class EventService implements Events {
  readonly #events: EventStore;
  readonly #ready: () => Promise<void>;

  constructor(events: EventStore, ready: () => Promise<void>) {
    this.#events = events;
    this.#ready = ready;
  }

  async get(id: string, scope: AccountScope = {}): Promise<Event | null> {
    await this.#ready();
    const record = await this.#events.get(id, toScope(scope));
    return record && toEvent(record);
  }

  async list(
    options: ListOptions & { readonly type?: string; readonly subject?: Subject } = {},
  ): Promise<readonly Event[]> {
    await this.#ready();
    const { type, subject } = options;
    const records = await this.#events.list({
      ...toScope(options),
      ...toPage(options),
      ...(type !== undefined && { type }),
      ...(subject && { subjectType: subject.type, subjectId: String(subject.id) }),
    });
    return records.map(toEvent);
  }
}
