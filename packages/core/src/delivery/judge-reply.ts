import type { HttpReply } from '../ports/http-client.js';
import type { FailureReason } from './attempt.js';
import { retryAfterMs } from './retry-after.js';

/** Of the client errors these tell of the moment, and not of the request. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** What a 4xx means that says the request itself is wrong. */
export type ClientErrors = 'retry' | 'give-up';

/** A reply, and what the way to it has to add. */
export type Answer = HttpReply & {
  /** It refused an access token in whose place another is worth a try. */
  readonly isTokenStale?: boolean;
  /** Nobody was sent to since there was no token, and whoever gives those asked for at least this much time. */
  readonly notBeforeMs?: number;
};

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
 * `retry-after` counts on 429 and 503. A 401 that may be about no more than an old access token is tried again anyway.
 */
export function judgeReply(reply: Answer, now: number, clientErrors: ClientErrors = 'retry'): Verdict {
  if (reply.kind === 'error') return judgeError(reply.reason, reply.message, reply.notBeforeMs);
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
  const isWrong = status >= 400 && status < 500 && !PASSING.has(status) && reply.isTokenStale !== true;
  if (isWrong && clientErrors === 'give-up')
    return { kind: 'give-up', reason: 'status', message, isGone: false };
  return { kind: 'retry', reason: 'status', message, notBeforeMs: restMs(status, headers, now) };
}

/** How long the sender of this reply asks to be left alone. */
export function restMs(status: number, headers: Readonly<Record<string, string>>, now: number): number {
  return status === 429 || status === 503 ? retryAfterMs(headers['retry-after'], now) : 0;
}

function judgeError(reason: FailureReason, message: string, notBeforeMs = 0): Verdict {
  if (reason === 'refused-address') return { kind: 'give-up', reason, message, isGone: false };
  return { kind: 'retry', reason, message, notBeforeMs };
}
