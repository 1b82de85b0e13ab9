import type { EventRecord } from '../events/event.js';
import type { Announce } from '../events/operational-events.js';
import type { Clock } from '../ports/clock.js';
import type { HealthStore } from '../ports/health-store.js';
import type { DeliveryStore, WebhookPatch } from '../ports/store.js';
import type { Waker } from '../worker/waker.js';
import type { Hold } from './delivery.js';
import type { WebhookRecord } from './webhook.js';

export interface FollowChangeDeps {
  readonly deliveries: Pick<DeliveryStore, 'resume' | 'ungroup' | 'forgetTurns'>;
  readonly health: HealthStore;
  readonly waker: Pick<Waker, 'wakeWorkers'>;
  readonly clock: Clock;
}

/** What follows from a change that the owner of a webhook made: what was held for the old state becomes due. */
export async function followChange(
  deps: FollowChangeDeps,
  before: WebhookRecord,
  after: WebhookRecord,
): Promise<void> {
  const holds = holdsThatEnd(before, after);
  const isRegrouped = isOtherGrouping(before, after);
  if (before.url !== after.url || isOther(before, after, 'rateLimit'))
    await deps.deliveries.forgetTurns(after.id);
  if (holds.length > 0) await deps.deliveries.resume(after.id, holds, deps.clock.now());
  if (isRegrouped) await deps.deliveries.ungroup(after.id, deps.clock.now());
  if (holds.length > 0 || isRegrouped) deps.waker.wakeWorkers();
  if (after.active && !before.active) await deps.health.clear([after.id]);
}

/** What tells of a change that the owner is about to make. */
export function reportChange(
  announce: Announce,
  before: WebhookRecord,
  patch: WebhookPatch,
): readonly EventRecord[] {
  const { id, url, accountId, active, paused } = { ...before, ...patch };
  const data = { webhook: { id, url } };
  const isEnabled = active && before.disabled !== null;
  return [
    ...(isEnabled
      ? [announce({ type: 'hookline.webhook.enabled', data: { ...data, by: 'owner' }, accountId })]
      : []),
    ...(paused && !before.paused ? [announce({ type: 'hookline.webhook.paused', data, accountId })] : []),
    ...(before.paused && !paused ? [announce({ type: 'hookline.webhook.resumed', data, accountId })] : []),
  ];
}

function holdsThatEnd(before: WebhookRecord, after: WebhookRecord): readonly Hold[] {
  const isOtherReceiver =
    before.url !== after.url || isOther(before, after, 'rateLimit', 'concurrency', 'retry');
  return [
    ...(before.paused && !after.paused ? (['paused'] as const) : []),
    ...(isOtherReceiver || (after.active && !before.active)
      ? (['circuit', 'rate', 'concurrency'] as const)
      : []),
  ];
}

function isOtherGrouping(before: WebhookRecord, after: WebhookRecord): boolean {
  return isOther(before, after, 'order', 'debounceMs', 'batch');
}

function isOther(
  before: WebhookRecord,
  after: WebhookRecord,
  ...names: readonly (keyof WebhookRecord['settings'])[]
): boolean {
  return names.some((name) => JSON.stringify(before.settings[name]) !== JSON.stringify(after.settings[name]));
}
