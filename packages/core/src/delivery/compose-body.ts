import type { ClaimedDelivery } from '../ports/work-store.js';
import type { WebhookRecord } from './webhook.js';

/** The bytes of a request, and what they are. */
export interface Composed {
  readonly kind: 'composed';
  readonly body: Buffer;
  readonly contentType: string;
}

/** Nothing is to be sent: the delivery is cancelled for this reason. */
export interface Withheld {
  readonly kind: 'withheld';
  readonly reason: string;
}

/** Makes what is sent of a delivery. Throws where a function of the app does: that is no failure of the receiver. */
export interface Composer {
  compose(work: ClaimedDelivery, webhook: WebhookRecord): Composed | Withheld | Promise<Composed | Withheld>;
}

/** The stored bytes as they are. */
export function snapshotComposer(): Composer {
  return {
    compose: ({ payload }) => ({
      kind: 'composed',
      body: Buffer.from(payload, 'utf8'),
      contentType: 'application/json',
    }),
  };
}
