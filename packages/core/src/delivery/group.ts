import type { EventRecord } from '../events/event.js';
import type { RunRecord } from '../listeners/run.js';
import type { GroupTurn } from '../ports/store.js';
import type { DeliveryRecord } from './delivery.js';
import type { WebhookRecord } from './webhook.js';

/** Deliveries of one webhook that have to do with each other, and what each but the first is held for. */
export interface Group {
  readonly key: string;
  readonly hold: 'predecessor' | 'debounce' | 'batch';
}

/** The group of a delivery; null where it has to do with no other. */
export function groupOf(
  event: Pick<EventRecord, 'type' | 'subjectType' | 'subjectId'>,
  { id, settings }: Pick<WebhookRecord, 'id' | 'settings'>,
): Group | null {
  const { order, debounceMs, batch } = settings;
  const subject = event.subjectType === null ? null : `${event.subjectType}:${event.subjectId}`;
  if (order === 'webhook') return { key: `webhook:${id}`, hold: 'predecessor' };
  if (order === 'subject' && subject !== null)
    return { key: `subject:${id}:${subject}`, hold: 'predecessor' };
  if (debounceMs !== undefined && subject !== null)
    return { key: `debounce:${id}:${event.type}:${subject}`, hold: 'debounce' };
  return batch === undefined ? null : { key: `batch:${id}`, hold: 'batch' };
}

/** Whether its deliveries go together; those of other groups go one behind the other. */
export function isGathered(groupKey: string): boolean {
  return groupKey.startsWith('batch:') || isDebounced(groupKey);
}

export function isDebounced(groupKey: string): boolean {
  return groupKey.startsWith('debounce:');
}

/** Whether it waits for others of its group. */
export function waitsInGroup({ hold }: Pick<DeliveryRecord | RunRecord, 'hold'>): boolean {
  return hold === 'predecessor' || hold === 'debounce' || hold === 'batch';
}

/** When the first that waits is to begin. Without a webhook, as of runs or of one that is gone, there is nothing to wait for. */
export function turnOf(groupKey: string, webhook: Pick<WebhookRecord, 'settings'> | null = null): GroupTurn {
  const { debounceMs, batch } = webhook?.settings ?? {};
  return { groupKey, waitMs: batch?.maxWaitMs ?? debounceMs ?? 0, maxItems: batch?.maxItems ?? null };
}
