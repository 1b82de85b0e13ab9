import type { DisabledReason, WebhookRecord } from '../delivery/webhook.js';
import type { Announce } from '../events/operational-events.js';
import type { Clock } from '../ports/clock.js';
import type { HealthStore } from '../ports/health-store.js';
import type { Logger } from '../ports/logger.js';
import type { WebhookStore } from '../ports/store.js';
import type { Waker } from '../worker/waker.js';
import type { HealthPolicy } from './health-policy.js';

export interface DisableDeps {
  readonly webhooks: WebhookStore;
  readonly health: HealthStore;
  readonly announce: Announce;
  readonly waker: Pick<Waker, 'wakeRelays'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Null: nothing is probed. */
  readonly policy: HealthPolicy | null;
}

/** Unless it has another URL by now: it was the old one that is gone. What it is still owed is cancelled when it comes due. */
export async function disableWebhook(
  { webhooks, health, announce, waker, clock, logger, policy }: DisableDeps,
  { id, url, accountId }: WebhookRecord,
  reason: DisabledReason,
): Promise<void> {
  const now = clock.now();
  const patch = { active: false, disabled: { reason, at: now }, updatedAt: now } as const;
  const event = announce({
    type: 'hookline.webhook.disabled',
    data: { webhook: { id, url }, reason },
    accountId,
  });
  // first, since one that is disabled and not probed stays so; one that is active is not probed
  if (reason === 'failing' && policy !== null) await health.setProbe(id, now + policy.probeEveryMs);
  const disabled = await webhooks.update(id, {}, patch, { url, active: true }, [event]);
  if (!disabled) return;
  logger.warn({ webhookId: id, reason }, 'webhook disabled');
  waker.wakeRelays();
}
