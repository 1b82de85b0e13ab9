import { HooklineError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { EventStore } from '../ports/store.js';
import { buildEventRecord, serializeData } from './build-event.js';
import type { Event, Subject } from './event.js';

/** What of a webhook is told of. */
export interface WebhookNote {
  readonly id: string;
  readonly url: string;
}

/** What Hookline tells of its own work, by type, with the data of each. Listeners hear of them; no webhook gets one. */
export interface OperationalEvents {
  /** Made inactive by Hookline: its receiver answered 410 Gone, or has done nothing but fail for days. */
  'hookline.webhook.disabled': { readonly webhook: WebhookNote; readonly reason: 'gone' | 'failing' };
  /** It has done nothing but fail for so much of the time after which it is disabled. Once per threshold. */
  'hookline.webhook.failing': {
    readonly webhook: WebhookNote;
    readonly percent: number;
    /** In milliseconds since the Unix epoch. */
    readonly failingSince: number;
    readonly failureCount: number;
  };
  /** Active again: `probe` where its receiver answered one, `owner` where somebody made it so. */
  'hookline.webhook.enabled': { readonly webhook: WebhookNote; readonly by: 'probe' | 'owner' };
  'hookline.webhook.paused': { readonly webhook: WebhookNote };
  'hookline.webhook.resumed': { readonly webhook: WebhookNote };
  /** No further attempt is made. */
  'hookline.delivery.exhausted': {
    readonly webhook: WebhookNote;
    readonly deliveryId: string;
    readonly eventId: string;
    readonly eventType: string;
    readonly attemptCount: number;
    readonly reason: string | null;
  };
}

export type OperationalType = keyof OperationalEvents;
export type OperationalEvent<Type extends OperationalType = OperationalType> = {
  [Each in Type]: Event<Each, OperationalEvents[Each]>;
}[Type];

export const OPERATIONAL_TYPES: readonly OperationalType[] = [
  'hookline.webhook.disabled',
  'hookline.webhook.failing',
  'hookline.webhook.enabled',
  'hookline.webhook.paused',
  'hookline.webhook.resumed',
  'hookline.delivery.exhausted',
];

const NAMESPACE = 'hookline';

/** Whether a type, a pattern or the name of a source is in the namespace that Hookline keeps for itself. */
export function isReserved(name: string): boolean {
  return name === NAMESPACE || name.startsWith(`${NAMESPACE}.`);
}

/** Throws EVENT_TYPE_RESERVED. */
export function refuseReserved(type: string): void {
  if (isReserved(type)) throw new HooklineError('EVENT_TYPE_RESERVED', { type });
}

export interface AnnouncerDeps {
  readonly events: Pick<EventStore, 'insertOnce'>;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly waker: { wakeRelays(): void };
  readonly maxPayloadBytes: number;
}

/** What an operational event is about. */
export interface Announcement<Type extends OperationalType> {
  readonly type: Type;
  readonly data: OperationalEvents[Type];
  readonly accountId: string | null;
  /** The same for what is told twice, so that it is stored once. */
  readonly key: string;
}

/** Stores operational events, for whoever relays. */
export class Announcer {
  readonly #deps: AnnouncerDeps;

  constructor(deps: AnnouncerDeps) {
    this.#deps = deps;
  }

  async announce<Type extends OperationalType>(announcement: Announcement<Type>): Promise<void> {
    const { events, clock, ids, waker, maxPayloadBytes } = this.#deps;
    const { type, data, accountId, key } = announcement;
    const subject: Subject = { type: 'webhook', id: data.webhook.id };
    const now = clock.now();
    const event = buildEventRecord({
      ...{
        id: ids.next('evt', now),
        type,
        visibility: 'internal',
        timestamp: now,
        account: accountId,
        subject,
      },
      dataJson: serializeData(type, data),
      maxPayloadBytes,
    });
    await events.insertOnce([{ event, key: `${NAMESPACE}:${key}` }]);
    waker.wakeRelays();
  }
}
