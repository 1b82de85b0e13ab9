import type { RetryPolicy } from '../delivery/retry-policy.js';
import type { HooklineError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { ClaimedRun, RunResult } from '../ports/work-store.js';
import { safeText } from '../safe-text.js';
import type { Held } from '../worker/claims.js';

const MAX_ERROR_LENGTH = 1_000;
const MISSING_LISTENER_DELAY_MS = 60_000;
const MAX_WAIT_FOR_LISTENER_MS = 3 * 24 * 60 * 60 * 1_000;

/** How a run goes on whose listener succeeded, or failed so. */
export function concludeRun(
  { run, lease }: Held<ClaimedRun>,
  failure: HooklineError | null,
  retry: RetryPolicy,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): RunResult {
  const now = clock.now();
  const attemptCount = run.attemptCount + 1;
  const final = { id: run.id, lease, attemptCount, nextAttemptAt: null, finalizedAt: now };
  if (failure === null) return { ...final, state: 'succeeded', lastError: null };
  const lastError = safeText(errorText(failure), MAX_ERROR_LENGTH);
  const delayMs = retry.delayMsAfterAttempt(attemptCount, random());
  if (delayMs === null) return { ...final, state: 'exhausted', lastError };
  return { ...final, state: 'retrying', nextAttemptAt: now + delayMs, finalizedAt: null, lastError };
}

/** Another process (a newer release, say) may have this listener; after three days nobody is expected to. */
export function leaveToOthers({ run, lease }: Held<ClaimedRun>, now: number): RunResult {
  const { id, attemptCount, lastError } = run;
  if (now - run.createdAt > MAX_WAIT_FOR_LISTENER_MS) {
    return {
      id,
      lease,
      attemptCount,
      lastError: 'listener-missing',
      state: 'cancelled',
      nextAttemptAt: null,
      finalizedAt: now,
    };
  }
  return {
    id,
    lease,
    attemptCount,
    lastError,
    state: 'retrying',
    nextAttemptAt: now + MISSING_LISTENER_DELAY_MS,
    finalizedAt: null,
  };
}

function errorText({ cause, message }: HooklineError): string {
  if (cause instanceof Error) return cause.message;
  return cause === undefined ? message : String(cause);
}
