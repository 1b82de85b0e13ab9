import { HooklineError } from '../errors.js';
import type { DispatchOptions } from '../hub.js';
import type { ListenerRegistry } from '../listeners/listener-registry.js';
import { runSyncListeners, type SyncLane } from '../listeners/run-listener.js';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { Store } from '../ports/store.js';
import { isStorableId } from '../safe-text.js';
import type { Waker } from '../worker/waker.js';
import { buildEventRecord, serializeData, toEvent } from './build-event.js';
import type { AccountId, Event, EventRecord } from './event.js';
import type { AnyRegistry } from './event-types.js';
import type { Intake } from './intake.js';

export interface DispatchDeps {
  readonly registry: AnyRegistry;
  readonly store: Store;
  readonly listeners: ListenerRegistry;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly maxPayloadBytes: number;
  readonly syncLane: SyncLane;
  readonly intake: Intake;
  readonly waker: Waker;
}

/**
 * The story of a dispatch: known type → valid data → record, serialised once → stored. With the caller's
 * transaction that is all, and the relay finds it after the commit; without one the sync listeners run here.
 */
export async function dispatchEvent(
  deps: DispatchDeps,
  type: string,
  data: unknown,
  options: DispatchOptions,
): Promise<Event> {
  deps.registry.assertKnown(type);
  const valid = await deps.registry.validate(type, data);
  const record = buildRecord(deps, type, valid, options);
  const transaction = options.transaction ?? null;
  if (transaction !== null) {
    await storeInTransaction(deps, record, transaction);
    return toEvent(record);
  }
  const listeners = deps.listeners.matching(type, 'sync');
  const isHeardHere = listeners.length > 0;
  return deps.intake.hold(record, isHeardHere, async () => {
    await deps.intake.insert(record, isHeardHere);
    const event = toEvent(record);
    await runSyncListeners(listeners, event, deps.syncLane);
    deps.intake.passHeard(record, isHeardHere);
    return event;
  });
}

async function storeInTransaction(
  deps: DispatchDeps,
  record: EventRecord,
  transaction: unknown,
): Promise<void> {
  await deps.store.events.insert([record], { transaction });
  deps.store.afterCommit(transaction, () => deps.waker.wakeRelays());
}

function buildRecord(deps: DispatchDeps, type: string, data: unknown, options: DispatchOptions): EventRecord {
  const { account, changes, actor, subject, cause, timestamp } = options;
  return buildEventRecord({
    id: deps.ids.next('evt'),
    type,
    visibility: deps.registry.visibilityOf(type) ?? 'internal',
    timestamp: checkTimestamp(timestamp ?? deps.clock.now()),
    account: checkAccount(account ?? null),
    dataJson: serializeData(type, data),
    changes,
    actor,
    subject,
    cause,
    maxPayloadBytes: deps.maxPayloadBytes,
  });
}

function checkAccount(account: AccountId | null): AccountId | null {
  if (account === null || isStorableId(account)) return account;
  const expected = 'a whole number, or text without control characters';
  throw new HooklineError('OPTION_INVALID', { option: 'account', expected, got: JSON.stringify(account) });
}

const MAX_TIMESTAMP = 8.64e15;

function checkTimestamp(timestamp: number): number {
  if (Number.isInteger(timestamp) && Math.abs(timestamp) <= MAX_TIMESTAMP) return timestamp;
  const expected = 'whole milliseconds since the Unix epoch';
  throw new HooklineError('OPTION_INVALID', { option: 'timestamp', expected, got: timestamp });
}
