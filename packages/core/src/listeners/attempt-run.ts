import { contextOf, withContextOnly } from '../context/context.js';
import { turnOf } from '../delivery/group.js';
import type { RetryPolicy } from '../delivery/retry-policy.js';
import { errorFields, type HooklineError, isStoreUnavailable } from '../errors.js';
import { toEvent } from '../events/build-event.js';
import type { Event } from '../events/event.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { RunStore } from '../ports/store.js';
import type { ClaimedRun, RunResult } from '../ports/work-store.js';
import type { Claims, Held } from '../worker/claims.js';
import type { HandOver } from '../worker/hand-over.js';
import type { Promoter } from '../worker/promote-groups.js';
import { concludeRun, leaveToOthers } from './conclude-run.js';
import type { ListenerRegistry, RegisteredListener } from './listener-registry.js';
import { failListener, type ListenerErrorHandler, runInTime } from './run-listener.js';

export interface RunDeps {
  readonly runs: Pick<RunStore, 'settleWith'>;
  readonly claims: Claims<ClaimedRun, RunResult>;
  readonly listeners: ListenerRegistry;
  readonly handOver: HandOver;
  readonly promoter: Pick<Promoter, 'promote'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** For listeners that bring none of their own. */
  readonly retry: RetryPolicy;
  readonly onError: ListenerErrorHandler;
  /** How long a run may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * The async lane, one run that this process holds: hand the event to its listener, in the context of the event, settle
 * it. A retry repeats this listener alone. A run whose listener this process does not have is left to one that does.
 */
export async function attemptRun(deps: RunDeps, work: Held<ClaimedRun>): Promise<void> {
  const { id, listener: name } = work.run;
  const listener = deps.listeners.findAsync(name);
  if (!listener) {
    deps.logger.warn({ runId: id, listener: name }, 'no listener of this name is in this process');
    return settle(deps, work, leaveToOthers(work, deps.clock.now()));
  }
  if (!deps.claims.isHeld(id)) return;
  const event = toEvent(work.event);
  const outcome = await withContextOnly(contextOf(event), () => attempt(deps, { listener, event, work }));
  if (outcome === 'settled') return passOn(deps, work);
  if (outcome === 'unknown') return leaveToLease(deps, work);
  await settle(deps, work, concludeRun(work, outcome, listener.retry ?? deps.retry, deps));
}

interface Attempt {
  readonly listener: RegisteredListener;
  readonly event: Event;
  readonly work: Held<ClaimedRun>;
}

/** `unknown`: another has it now, or it succeeded without our knowing. Null: it succeeded, and is to be settled. */
type Outcome = 'settled' | 'unknown' | HooklineError | null;

function attempt(deps: RunDeps, given: Attempt): Promise<Outcome> {
  if (!given.listener.isTransactional) return runInTime(deps, given.listener, given.event);
  return new Promise((resolve) => {
    // once it failed it never commits: its end is not waited for, as the listener may keep it open for long
    void runInTransaction(deps, given, resolve).then(resolve);
  });
}

/** In the transaction that marks the run as succeeded. */
async function runInTransaction(
  deps: RunDeps,
  { listener, event, work }: Attempt,
  onFailure: (failure: HooklineError) => void,
): Promise<Outcome> {
  const { claims, runs, retry } = deps;
  const { id } = work.run;
  const run = async (transaction: unknown, begin: () => void) => {
    // it may have waited long for a connection
    if (!claims.isHeld(id)) return null;
    const failure = await runInTime(deps, listener, event, { transaction });
    if (failure) onFailure(failure);
    else begin();
    return failure ? null : concludeRun(work, null, retry, deps);
  };
  try {
    const write = (begin: () => void) => runs.settleWith((transaction) => run(transaction, begin));
    return (await claims.settleBy({ id, lease: work.lease }, write)) ? 'settled' : 'unknown';
  } catch (error) {
    // given back meanwhile, as when the hub closes: no word of the listener's
    const isUnknown = isStoreUnavailable(error) || !claims.isHeld(id);
    return isUnknown ? 'unknown' : failListener(listener, event, deps.onError, error);
  }
}

/** Nothing of it stays, or all of it with its mark: whoever claims it next finds out. */
function leaveToLease({ claims, logger }: RunDeps, { run: { id, listener } }: Held<ClaimedRun>): void {
  claims.forget(id);
  logger.warn(
    { runId: id, listener },
    'a run was not settled, as far as is known here: if so it is tried again when its lease ends',
  );
}

async function settle(deps: RunDeps, work: Held<ClaimedRun>, result: RunResult): Promise<void> {
  try {
    await deps.claims.settle(result);
  } catch (error) {
    deps.logger.error({ runId: result.id, ...errorFields(error) }, 'a listener run could not be settled');
    return;
  }
  if (result.nextAttemptAt === null) return passOn(deps, work);
  deps.handOver([{ kind: 'run', id: result.id }], result.nextAttemptAt - deps.clock.now());
}

/** The turn of its group comes to the next. */
async function passOn({ promoter }: RunDeps, { run: { groupKey } }: Held<ClaimedRun>): Promise<void> {
  if (groupKey !== null) await promoter.promote([turnOf(groupKey)]);
}
