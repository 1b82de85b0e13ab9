import { contextOf, withContextOnly } from '../context/context.js';
import type { RetryPolicy } from '../delivery/retry-policy.js';
import { errorFields, HooklineError } from '../errors.js';
import { toEvent } from '../events/build-event.js';
import type { Event } from '../events/event.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { ClaimedRun, RunResult } from '../ports/work-store.js';
import { safeText } from '../safe-text.js';
import { isThenable } from '../thenable.js';
import type { Claims, Held } from '../worker/claims.js';
import type { HandOver } from '../worker/hand-over.js';
import type { ListenerRegistry, RegisteredListener } from './listener-registry.js';

const MAX_ERROR_LENGTH = 1_000;
const MISSING_LISTENER_DELAY_MS = 60_000;
const MAX_WAIT_FOR_LISTENER_MS = 3 * 24 * 60 * 60 * 1_000;

/** Told of every listener that failed, in the context of the event: LISTENER_FAILED, the listener's own error as its cause. */
export type ListenerErrorHandler = (error: HooklineError, event: Event) => unknown;

export interface RunDeps {
  readonly claims: Claims<ClaimedRun, RunResult>;
  readonly listeners: ListenerRegistry;
  readonly handOver: HandOver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** For listeners that bring none of their own. */
  readonly retry: RetryPolicy;
  readonly onError: ListenerErrorHandler;
  /** How long a run may take, in milliseconds. */
  readonly timeoutMs: number;
}

export interface SyncLane {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onError: ListenerErrorHandler;
  /** How long the lane waits for one listener, in milliseconds. */
  readonly patienceMs: number;
}

/**
 * The sync lane: one after the other, in the order they were added, in the context of the event. One that fails costs
 * the others nothing, and one that hangs no more than the lane's patience: it goes on by itself.
 *
 * A promise only from the first listener on that is to be waited for.
 */
export function runSyncListeners(
  listeners: readonly RegisteredListener[],
  event: Event,
  lane: SyncLane,
): Promise<void> | undefined {
  if (listeners.length === 0) return undefined;
  return withContextOnly(contextOf(event), () => runInTurn(listeners, event, lane, 0));
}

function runInTurn(
  listeners: readonly RegisteredListener[],
  event: Event,
  lane: SyncLane,
  first: number,
): Promise<void> | undefined {
  for (let index = first; index < listeners.length; index++) {
    const listener = listeners[index] as RegisteredListener;
    const running = beginListener(listener, event, lane.onError);
    if (running !== null)
      return waitFor(listener, running, event, lane).then(() => runInTurn(listeners, event, lane, index + 1));
  }
  return undefined;
}

async function waitFor(
  { name }: RegisteredListener,
  running: Promise<unknown>,
  event: Event,
  { clock, logger, patienceMs }: SyncLane,
): Promise<void> {
  if (await within(patienceMs, clock, running)) return;
  const fields = { listener: name, eventId: event.id, patienceMs };
  logger.warn(fields, 'a sync listener takes long: it is not waited for any more');
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
 * The async lane, one run that this process holds: hand the event to its listener, in the context of the event, settle
 * it. A retry repeats this listener alone. A run whose listener this process does not have is left to one that does.
 */
export async function attemptRun(deps: RunDeps, work: Held<ClaimedRun>): Promise<void> {
  const listener = deps.listeners.findAsync(work.run.listener);
  if (!listener) return settle(deps, leaveToOthers(deps, work));
  if (!deps.claims.isHeld(work.run.id)) return;
  const event = toEvent(work.event);
  const failure = await withContextOnly(contextOf(event), () => runInTime(deps, listener, event));
  await settle(deps, concludeRun(work, failure, listener.retry ?? deps.retry, deps));
}

/** One that does not end fails, so that its run is tried again and its place is free; what it does meanwhile is its own. */
async function runInTime(
  { clock, timeoutMs, onError }: RunDeps,
  listener: RegisteredListener,
  event: Event,
): Promise<HooklineError | null> {
  let isOver = false;
  const running = runListener(listener, event, (...failed) => (isOver ? undefined : onError(...failed)));
  if (await within(timeoutMs, clock, running)) return running;
  isOver = true;
  const details = { listener: listener.name, type: event.type, eventId: event.id, timeoutMs };
  const failure = new HooklineError('LISTENER_TIMEOUT', details);
  await report(failure, event, onError);
  return failure;
}

async function runListener(
  listener: RegisteredListener,
  event: Event,
  onError: ListenerErrorHandler,
): Promise<HooklineError | null> {
  return beginListener(listener, event, onError);
}

/** Null where the listener has answered well already: then there is nothing to wait for. */
function beginListener(
  listener: RegisteredListener,
  event: Event,
  onError: ListenerErrorHandler,
): Promise<HooklineError | null> | null {
  try {
    const answer = listener.handle(event);
    return isThenable(answer) ? outcomeOf(answer, listener, event, onError) : null;
  } catch (cause) {
    return fail(listener, event, onError, cause);
  }
}

async function outcomeOf(
  answer: PromiseLike<unknown>,
  listener: RegisteredListener,
  event: Event,
  onError: ListenerErrorHandler,
): Promise<HooklineError | null> {
  try {
    await answer;
    return null;
  } catch (cause) {
    return fail(listener, event, onError, cause);
  }
}

async function fail(
  { name }: RegisteredListener,
  event: Event,
  onError: ListenerErrorHandler,
  cause: unknown,
): Promise<HooklineError> {
  const details = { listener: name, type: event.type, eventId: event.id };
  const failure = new HooklineError('LISTENER_FAILED', details, cause);
  await report(failure, event, onError);
  return failure;
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
  deps.handOver([{ kind: 'run', id: result.id }], result.nextAttemptAt - deps.clock.now());
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

function concludeRun(
  { run, lease }: Held<ClaimedRun>,
  failure: HooklineError | null,
  retry: RetryPolicy,
  { clock, random }: RunDeps,
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
