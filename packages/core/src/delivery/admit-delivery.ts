import type { ClaimedDelivery } from '../ports/work-store.js';
import { HELD_UNTIL_RESUMED, type Hold } from './delivery.js';
import { refusalOf } from './owe-delivery.js';
import { isFreshTest } from './test-event.js';
import type { WebhookRecord } from './webhook.js';

/** What is to become of a claimed delivery. */
export type Admission =
  | { readonly kind: 'admitted'; readonly webhook: WebhookRecord }
  | { readonly kind: 'held'; readonly hold: Hold; readonly until: number }
  | { readonly kind: 'refused'; readonly reason: string };

/** Decides by what is stored of it whether a claimed delivery is tried. A test is, whatever state its webhook is in. */
export function admitDelivery({ delivery, webhook, depth }: ClaimedDelivery, maxDepth: number): Admission {
  if (webhook === null) return { kind: 'refused', reason: 'webhook-deleted' };
  if (isFreshTest(delivery)) return { kind: 'admitted', webhook };
  const refusal = refusalOf(webhook);
  if (refusal !== null) return { kind: 'refused', reason: refusal };
  if (depth > maxDepth) return { kind: 'refused', reason: 'loop' };
  if (webhook.paused) return { kind: 'held', hold: 'paused', until: HELD_UNTIL_RESUMED };
  return { kind: 'admitted', webhook };
}
