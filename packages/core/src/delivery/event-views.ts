import { errorFields } from '../errors.js';
import { accountKey } from '../events/build-event.js';
import type { Event, EventRecord } from '../events/event.js';
import type { AccountScope, Webhook } from '../hub-services.js';
import type { Logger } from '../ports/logger.js';
import { visibleTo } from '../scope.js';
import type { CallDeps } from './call-app.js';
import { matchesFilter } from './filter.js';
import type { PayloadContent } from './payload-form.js';
import { type Serialize, viewOf, visibleContent, visibleEvent } from './visible-event.js';
import type { WebhookRecord } from './webhook.js';

export interface EventViewDeps extends CallDeps {
  readonly serialize: Serialize | null;
  readonly shown: (webhook: WebhookRecord) => Webhook;
  readonly logger: Logger;
}

/** How long a relay waits for `serialize` at most: others wait for the relay. */
const MAX_RELAY_WAIT_MS = 1_000;

/** What accounts see of events, wherever they look: all of it where the app says nothing else. */
export class EventViews {
  readonly #deps: EventViewDeps;

  constructor(deps: EventViewDeps) {
    this.#deps = deps;
  }

  /** The event as an account may read it; null: nothing. Throws TRANSFORM_FAILED. */
  async eventFor(event: Event, accountId: string | null): Promise<Event | null> {
    const { serialize } = this.#deps;
    // what was erased has nothing to hide
    if (serialize === null || event.erasedAt !== undefined) return event;
    const visible = await viewOf({ ...this.#deps, serialize }, event, { accountId, webhook: null });
    return visible === undefined ? null : visibleEvent(event, visible);
  }

  /** The payload as it is read in a scope: whole without an account; null: nothing. Throws TRANSFORM_FAILED. */
  async contentFor(record: EventRecord, scope: AccountScope): Promise<PayloadContent | null> {
    const { visibility = record.visibility } = visibleTo(scope);
    if (record.visibility !== visibility) return null;
    const { accountId } = scope;
    const { serialize } = this.#deps;
    if (serialize === null || accountId === undefined) return JSON.parse(record.payload) as PayloadContent;
    const viewer = { accountId: accountKey(accountId), webhook: null };
    return (await visibleContent({ ...this.#deps, serialize }, record, viewer)) ?? null;
  }

  /** Those of the webhooks that have no filter, or whose filter matches what their account sees of the event. Never rejects. */
  async wanting(record: EventRecord, webhooks: readonly WebhookRecord[]): Promise<readonly WebhookRecord[]> {
    const { serialize } = this.#deps;
    if (serialize !== null) {
      const answers = await Promise.all(
        webhooks.map((webhook) => this.#isWanted(record, webhook, serialize)),
      );
      return webhooks.filter((_, index) => answers[index]);
    }
    const content: unknown = JSON.parse(record.payload);
    return webhooks.filter(
      ({ settings: { filter } }) => filter === undefined || matchesFilter(filter, content),
    );
  }

  /** Where that cannot be told now, it is owed: its first attempt asks again, and is put off until there is an answer. */
  async #isWanted(record: EventRecord, webhook: WebhookRecord, serialize: Serialize): Promise<boolean> {
    const { filter } = webhook.settings;
    if (filter === undefined) return true;
    const { shown, logger, timeoutMs } = this.#deps;
    const deps = { ...this.#deps, serialize, timeoutMs: Math.min(timeoutMs, MAX_RELAY_WAIT_MS) };
    try {
      const viewer = { accountId: webhook.accountId, webhook: shown(webhook) };
      const content = await visibleContent(deps, record, viewer);
      return content !== undefined && matchesFilter(filter, content);
    } catch (error) {
      const fields = { eventId: record.id, webhookId: webhook.id, ...errorFields(error) };
      logger.warn(fields, 'a filter could not be judged: the first attempt judges it');
      return true;
    }
  }
}
