import { HooklineError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';
import { buildEventRecord, serializeData } from './build-event.js';
import type { Event, EventRecord } from './event.js';

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

/** What an operational event is about. */
export interface Announcement<Type extends OperationalType> {
  readonly type: Type;
  readonly data: OperationalEvents[Type];
  readonly accountId: string | null;
}

/** Makes the event of it, to be stored by the write that it tells of: it is there if and only if that is. */
export type Announce = <Type extends OperationalType>(announcement: Announcement<Type>) => EventRecord;

export function announcer({ clock, ids }: { readonly clock: Clock; readonly ids: IdGenerator }): Announce {
  return ({ type, data, accountId }) => {
    const now = clock.now();
    return buildEventRecord({
      ...{ id: ids.next('evt', now), type, visibility: 'internal', timestamp: now, account: accountId },
      subject: { type: 'webhook', id: data.webhook.id },
      dataJson: serializeData(type, data),
      // however small the payloads of the app's own events have to be
      maxPayloadBytes: Number.POSITIVE_INFINITY,
    });
  };
}
