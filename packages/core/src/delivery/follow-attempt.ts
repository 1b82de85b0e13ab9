import type { DeliveryResult } from '../ports/work-store.js';
import type { DeliveryRecord } from './delivery.js';
import type { Verdict } from './judge-reply.js';
import type { WebhookRecord } from './webhook.js';

/** An attempt that was judged and stored. */
export interface Followed {
  readonly delivery: DeliveryRecord;
  readonly webhook: WebhookRecord;
  readonly result: DeliveryResult;
  readonly verdict: Verdict;
}

/** Is told how attempts went, after their results were stored. Returns at once; a promise is waited for, and must not reject. */
export interface AttemptFollower {
  followed(attempt: Followed): void | Promise<void>;
}
