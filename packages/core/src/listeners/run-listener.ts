import type { RetryPolicy } from '../delivery/retry-policy.js';
import { errorFields, HooklineError } from '../errors.js';
import { toEvent } from '../events/build-event.js';
import type { Event } from '../events/event.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Queue } from '../ports/queue.js';
import type { ClaimedRun, RunResult } from '../ports/store.js';
import { safeText } from '../safe-text.js';
import type { Claims, Held } from '../worker/claims.js';
import type { ListenerRegistry, RegisteredListener } from './listener-registry.js';

const MAX_ERROR_LENGTH = 1_000;
const MISSING_LISTENER_DELAY_MS = 60_000;
const MAX_WAIT_FOR_LISTENER_MS = 3 * 24 * 60 * 60 * 1_000;

/** Told of every listener that failed: LISTENER_FAILED, the listener's own error as its cause. */
export type ListenerErrorHandler = (error: HooklineError, event: Event) => unknown;

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

export interface SyncLane {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onError: ListenerErrorHandler;
  /** How long the lane waits for one listener, in milliseconds. */
  readonly patienceMs: number;
}

/**
 * The sync lane: one after the other, in the order they were added. One that fails costs the others nothing, and
 * one that hangs no more than the lane's patience: it goes on by itself.
 */
export async function runSyncListeners(
  listeners: readonly RegisteredListener[],
  event: Event,
  { clock, logger, onError, patienceMs }: SyncLane,
): Promise<void> {
  for (const listener of listeners) {
    const isDone = await within(patienceMs, clock, runListener(listener, event, onError));
    if (isDone) continue;
    const fields = { listener: listener.name, eventId: event.id, patienceMs };
    logger.warn(fields, 'a sync listener takes long: it is not waited for any more');
  }
}

/** False where the work took longer; it goes on. */
async function within(ms: number, clock: Clock, work: Promise<unknown>): Promise<boolean> {
  let cancel = () => {};
  const elapsed = new Promise<false>((resolve) => {
    cancel = clock.after(ms, () => resolve(false));
  });
  const isDone = await Promise.race([work.then(() => true), elapsed]);
  cancel();
  return isDone;
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
    await report(failure, event, onError);
    return failure;
  }
}

/** A handler of errors that fails itself must not become the listener's next victim. */
async function report(failure: HooklineError, event: Event, onError: ListenerErrorHandler): Promise<void> {
  try {
    await onError(failure, event);
  } catch {
    // there is nobody left to tell
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

function errorText({ cause, message }: HooklineError): string {
  if (cause instanceof Error) return cause.message;
  return cause === undefined ? message : String(cause);
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
  const lastError = safeText(errorText(failure), MAX_ERROR_LENGTH);
  const delayMs = deps.retry.delayMsAfterAttempt(attemptCount, deps.random());
  if (delayMs === null) return { ...settled, state: 'exhausted', nextAttemptAt: null, lastError };
  return { ...settled, state: 'retrying', nextAttemptAt: deps.clock.now() + delayMs, lastError };
}
