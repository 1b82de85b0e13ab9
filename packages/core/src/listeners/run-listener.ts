import type { RetryPolicy } from '../delivery/retry-policy.js';
import { errorFields, HooklineError } from '../errors.js';
import { toEvent } from '../events/build-event.js';
import type { Event } from '../events/event.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Queue } from '../ports/queue.js';
import type { ClaimedRun, RunResult } from '../ports/store.js';
import type { Claims, Held } from '../work/claims.js';
import type { ListenerRegistry, RegisteredListener } from './listener-registry.js';

const MISSING_LISTENER_DELAY_MS = 60_000;
const MAX_WAIT_FOR_LISTENER_MS = 3 * 24 * 60 * 60 * 1_000;

/** Told of every listener that failed: LISTENER_FAILED, the listener's own error as its cause. */
export type ListenerErrorHandler = (error: HooklineError, event: Event) => void;

export interface RunDeps {
  readonly claims: Claims<ClaimedRun, RunResult>;
  readonly listeners: ListenerRegistry;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly onError: ListenerErrorHandler;
}

/** The sync lane: one after the other, in the order they were added; one that fails costs the others nothing. */
export async function runSyncListeners(
  listeners: readonly RegisteredListener[],
  event: Event,
  onError: ListenerErrorHandler,
): Promise<void> {
  for (const listener of listeners) await runListener(listener, event, onError);
}

/**
 * The async lane, one run: claim it, hand the event to its listener, settle it. A retry repeats this listener
 * alone. A run whose listener this process does not have is left to one that does.
 */
export async function attemptRun(deps: RunDeps, id: string): Promise<void> {
  const work = await deps.claims.claim(id);
  if (!work) return;
  const listener = deps.listeners.findAsync(work.run.listener);
  if (!listener) return settle(deps, leaveToOthers(deps, work));
  const failure = await runListener(listener, toEvent(work.event), deps.onError);
  await settle(deps, concludeRun(deps, work, failure));
}

async function runListener(
  listener: RegisteredListener,
  event: Event,
  onError: ListenerErrorHandler,
): Promise<HooklineError | null> {
  try {
    await listener.handle(event);
    return null;
  } catch (cause) {
    const details = { listener: listener.name, type: event.type, eventId: event.id };
    const failure = new HooklineError('LISTENER_FAILED', details, cause);
    onError(failure, event);
    return failure;
  }
}

async function settle(deps: RunDeps, result: RunResult): Promise<void> {
  try {
    await deps.claims.settle(result);
  } catch (error) {
    deps.logger.error({ runId: result.id, ...errorFields(error) }, 'a listener run could not be settled');
    return;
  }
  if (result.nextAttemptAt === null) return;
  await deps.queue.enqueue([{ kind: 'run', id: result.id }], result.nextAttemptAt - deps.clock.now());
}

/** Another process (a newer release, say) may have this listener; after three days nobody is expected to. */
function leaveToOthers(deps: RunDeps, { run, lease }: Held<ClaimedRun>): RunResult {
  const now = deps.clock.now();
  const { id, attemptCount, lastError } = run;
  deps.logger.warn({ runId: id, listener: run.listener }, 'no listener of this name is in this process');
  if (now - run.createdAt > MAX_WAIT_FOR_LISTENER_MS) {
    return {
      id,
      lease,
      attemptCount,
      lastError: 'listener-missing',
      state: 'cancelled',
      nextAttemptAt: null,
    };
  }
  return {
    id,
    lease,
    attemptCount,
    lastError,
    state: 'retrying',
    nextAttemptAt: now + MISSING_LISTENER_DELAY_MS,
  };
}

function concludeRun(
  deps: RunDeps,
  { run, lease }: Held<ClaimedRun>,
  failure: HooklineError | null,
): RunResult {
  const attemptCount = run.attemptCount + 1;
  const settled = { id: run.id, lease, attemptCount };
  if (failure === null) return { ...settled, state: 'succeeded', nextAttemptAt: null, lastError: null };
  const lastError = failure.cause instanceof Error ? failure.cause.message : failure.message;
  const delayMs = deps.retry.delayMsAfterAttempt(attemptCount, deps.random());
  if (delayMs === null) return { ...settled, state: 'exhausted', nextAttemptAt: null, lastError };
  return { ...settled, state: 'retrying', nextAttemptAt: deps.clock.now() + delayMs, lastError };
}
