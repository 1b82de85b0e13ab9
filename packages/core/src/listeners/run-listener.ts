import { contextOf, withContextOnly } from '../context/context.js';
import { HooklineError } from '../errors.js';
import type { Event } from '../events/event.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { isThenable } from '../thenable.js';
import type { ListenerContext } from './listener.js';
import type { RegisteredListener } from './listener-registry.js';

/** Told of every listener that failed, in the context of the event: LISTENER_FAILED, the listener's own error as its cause. */
export type ListenerErrorHandler = (error: HooklineError, event: Event) => unknown;

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

export interface TimedLane {
  readonly clock: Clock;
  readonly onError: ListenerErrorHandler;
  /** How long a run may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** One that does not end fails, so that its run is tried again and its place is free; what it does meanwhile is its own. */
export async function runInTime(
  { clock, timeoutMs, onError }: TimedLane,
  listener: RegisteredListener,
  event: Event,
  ...context: readonly [ListenerContext?]
): Promise<HooklineError | null> {
  let isOver = false;
  const tell: ListenerErrorHandler = (...failed) => (isOver ? undefined : onError(...failed));
  const running = runListener(listener, event, tell, context);
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
  context: readonly [ListenerContext?],
): Promise<HooklineError | null> {
  return beginListener(listener, event, onError, context);
}

/** Null where the listener has answered well already: then there is nothing to wait for. */
function beginListener(
  listener: RegisteredListener,
  event: Event,
  onError: ListenerErrorHandler,
  context: readonly [ListenerContext?] = [],
): Promise<HooklineError | null> | null {
  try {
    const answer = listener.handle(event, ...context);
    return isThenable(answer) ? outcomeOf(answer, listener, event, onError) : null;
  } catch (cause) {
    return failListener(listener, event, onError, cause);
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
    return failListener(listener, event, onError, cause);
  }
}

export async function failListener(
  { name }: Pick<RegisteredListener, 'name'>,
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
