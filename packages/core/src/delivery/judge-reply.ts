import type { HttpReply } from '../ports/http-client.js';
import type { FailureReason } from './attempt.js';

/** Longest wait that a receiver can ask for with `retry-after`. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1_000;

/** What an attempt's reply means for its delivery. */
export type Verdict =
  | { readonly kind: 'succeeded' }
  | {
      readonly kind: 'retry';
      readonly reason: FailureReason;
      readonly message: string;
      /** The receiver asked for at least this much time; 0 where it did not. */
      readonly notBeforeMs: number;
    }
  | {
      readonly kind: 'give-up';
      readonly reason: FailureReason;
      readonly message: string;
      /** The receiver answered 410 Gone: it wants nothing more. */
      readonly isGone: boolean;
    };

/**
 * Judges a reply by the Standard Webhooks spec: 2xx is success, 410 ends the delivery and disables the webhook,
 * everything else is tried again, a redirect too, since it is never followed. An address that the URL policy
 * refuses is given up, since asking again would only probe. `retry-after` counts on 429 and 503.
 */
export function judgeReply(reply: HttpReply, now: number): Verdict {
  if (reply.kind === 'error') return judgeError(reply.reason, reply.message);
  const { status, headers } = reply;
  if (status >= 200 && status < 300) return { kind: 'succeeded' };
  const message = `The receiver answered ${status}.`;
  if (status === 410) return { kind: 'give-up', reason: 'status', message, isGone: true };
  if (status >= 300 && status < 400) {
    return {
      kind: 'retry',
      reason: 'redirect',
      message: `${message} Redirects are not followed.`,
      notBeforeMs: 0,
    };
  }
  const mayAsk = status === 429 || status === 503;
  const notBeforeMs = mayAsk ? retryAfterMs(headers['retry-after'], now) : 0;
  return { kind: 'retry', reason: 'status', message, notBeforeMs };
}

function judgeError(reason: FailureReason, message: string): Verdict {
  if (reason === 'refused-address') return { kind: 'give-up', reason, message, isGone: false };
  return { kind: 'retry', reason, message, notBeforeMs: 0 };
}

/** Seconds or an HTTP date (RFC 9110, section 10.2.3); 0 for anything else. */
function retryAfterMs(value: string | undefined, now: number): number {
  if (value === undefined) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : 0;
}
