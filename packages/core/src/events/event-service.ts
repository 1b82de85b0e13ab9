import { HooklineError, invalidField } from '../errors.js';
import type { AccountScope, EventFilter, Events, ListOptions } from '../hub.js';
import type { Clock } from '../ports/clock.js';
import type { EventStore } from '../ports/store.js';
import { safeText } from '../safe-text.js';
import { toPage, toScope } from '../scope.js';
import { toEvent } from './build-event.js';
import type { Event, Subject } from './event.js';

/** `hub.events`. */
export class EventService implements Events {
  readonly #events: EventStore;
  readonly #clock: Clock;
  readonly #ready: () => Promise<void>;

  constructor(events: EventStore, clock: Clock, ready: () => Promise<void>) {
    this.#events = events;
    this.#clock = clock;
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

/** To erase nothing because an id is undefined would look like success. */
function checkSubject(subject: Subject): void {
  const { type, id }: Partial<Subject> = subject ?? {};
  if (typeof type !== 'string' || type === '') throw invalidField('subject.type', 'expected a text');
  const isId = typeof id === 'string' ? id !== '' : Number.isFinite(id);
  if (!isId) throw invalidField('subject.id', 'expected a text or a number');
}
