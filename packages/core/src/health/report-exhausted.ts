import type { AttemptFollower, Followed } from '../delivery/follow-attempt.js';
import { errorFields } from '../errors.js';
import type { EventRecord } from '../events/event.js';
import { type Announce, isReserved } from '../events/operational-events.js';
import type { DisableDeps } from './disable-webhook.js';
import { disableWebhook } from './disable-webhook.js';

/**
 * What tells of a delivery that nobody attempts any more, or null; never of those of Hookline's own events, so that
 * nothing goes round.
 */
export function reportExhausted(announce: Announce): (followed: Followed) => EventRecord | null {
  return ({ delivery, webhook: { id, url }, result }) => {
    if (result.state !== 'exhausted' || isReserved(delivery.eventType)) return null;
    const { eventId, eventType, accountId } = delivery;
    const { id: deliveryId, attemptCount, reason } = result;
    return announce({
      type: 'hookline.delivery.exhausted',
      data: { webhook: { id, url }, deliveryId, eventId, eventType, attemptCount, reason },
      accountId,
    });
  };
}

/** Disables a webhook whose receiver answered 410 Gone (Standard Webhooks spec). */
export function disableGone(deps: DisableDeps): AttemptFollower {
  return {
    followed: ({ webhook, verdict }) =>
      verdict.kind === 'give-up' && verdict.isGone
        ? disableWebhook(deps, webhook, 'gone').catch((error) =>
            deps.logger.error(
              { webhookId: webhook.id, ...errorFields(error) },
              'a webhook that is gone was not disabled',
            ),
          )
        : undefined,
  };
}
