import type { HttpReply } from '../ports/http-client.js';
import type { FailureReason } from './attempt.js';
import { retryAfterMs } from './retry-after.js';

/** Of the client errors these tell of the moment, and not of the request. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** What a 4xx means that says the request itself is wrong. */
export type ClientErrors = 'retry' | 'give-up';

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
 * everything else is tried again, a redirect too, since it is never followed; of the other 4xx all but 408, 425 and 429
 * may be given up instead. An address that the URL policy refuses is given up, since asking again would only probe.
 * `retry-after` counts on 429 and 503.
 */
export function judgeReply(reply: HttpReply, now: number, clientErrors: ClientErrors = 'retry'): Verdict {
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
  const isWrong = status >= 400 && status < 500 && !PASSING.has(status);
  if (isWrong && clientErrors === 'give-up')
    return { kind: 'give-up', reason: 'status', message, isGone: false };
  const mayAsk = status === 429 || status === 503;
  const notBeforeMs = mayAsk ? retryAfterMs(headers['retry-after'], now) : 0;
  return { kind: 'retry', reason: 'status', message, notBeforeMs };
}

function judgeError(reason: FailureReason, message: string): Verdict {
  if (reason === 'refused-address') return { kind: 'give-up', reason, message, isGone: false };
  return { kind: 'retry', reason, message, notBeforeMs: 0 };
}
