import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { WebhookStore } from '../ports/store.js';
import type { AttemptFollower } from './follow-attempt.js';
import type { WebhookRecord } from './webhook.js';

export interface DisableGoneDeps {
  readonly webhooks: WebhookStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Disables a webhook whose receiver answered 410 Gone (Standard Webhooks spec). */
export function disableGone(deps: DisableGoneDeps): AttemptFollower {
  return {
    followed: ({ webhook, verdict }) =>
      verdict.kind === 'give-up' && verdict.isGone ? disable(deps, webhook) : undefined,
  };
}

/** Unless it has another URL by now: it was the old one that is gone. */
async function disable({ webhooks, clock, logger }: DisableGoneDeps, webhook: WebhookRecord): Promise<void> {
  const { id, url } = webhook;
  const now = clock.now();
  const patch = { active: false, disabled: { reason: 'gone', at: now }, updatedAt: now } as const;
  const disabled = await webhooks.update(id, {}, patch, { url, active: true });
  if (disabled) logger.warn({ webhookId: id }, 'webhook disabled: its receiver answered 410 Gone');
}
