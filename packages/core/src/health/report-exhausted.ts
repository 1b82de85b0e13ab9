import type { AttemptFollower } from '../delivery/follow-attempt.js';
import { errorFields } from '../errors.js';
import { type Announcer, isReserved } from '../events/operational-events.js';
import type { Logger } from '../ports/logger.js';
import type { DisableDeps } from './disable-webhook.js';
import { disableWebhook } from './disable-webhook.js';

/** Tells of deliveries that nobody attempts any more; never of those of Hookline's own events, so that nothing goes round. */
export function reportExhausted(announcer: Announcer, logger: Logger): AttemptFollower {
  return {
    followed({ delivery, webhook: { id, url }, result }) {
      if (result.state !== 'exhausted' || isReserved(delivery.eventType)) return undefined;
      const { eventId, eventType, accountId } = delivery;
      const { id: deliveryId, attemptCount, reason } = result;
      return announcer
        .announce({
          type: 'hookline.delivery.exhausted',
          data: { webhook: { id, url }, deliveryId, eventId, eventType, attemptCount, reason },
          accountId,
          key: `exhausted:${deliveryId}:${attemptCount}`,
        })
        .catch((error) =>
          logger.error({ deliveryId, ...errorFields(error) }, 'an exhausted delivery was not told of'),
        );
    },
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
