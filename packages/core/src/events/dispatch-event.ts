import { checkAccount, checkActor, checkContext } from '../context/check-context.js';
import { contextOf, currentContext } from '../context/context.js';
import { HooklineError } from '../errors.js';
import type { ListenerRegistry } from '../listeners/listener-registry.js';
import { runSyncListeners, type SyncLane } from '../listeners/run-listener.js';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';
import { isStorableId } from '../safe-text.js';
import { isThenable } from '../thenable.js';
import { buildEventRecord, type EventParts, serializeData, toEvent, toNewEvent } from './build-event.js';
import { buildTransientEvent } from './build-transient-event.js';
import {
  checkEventNames,
  checkHeaders,
  type Entry,
  entryOf,
  refuseStoredOptions,
} from './dispatch-options.js';
import type { Event, EventRecord } from './event.js';
import type { AnyRegistry } from './event-types.js';
import type { Intake } from './intake.js';
import type { DispatchAllOptions, DispatchOptions, EventOptions, NewEvent } from './new-event.js';

export interface DispatchDeps {
  readonly registry: AnyRegistry;
  readonly listeners: ListenerRegistry;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly maxPayloadBytes: number;
  readonly syncLane: SyncLane;
  readonly intake: Intake;
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
  transaction: unknown,
): Promise<Event> {
  const validating = deps.registry.validate(type, data);
  const valid = isThenable(validating) ? await validating : validating;
  const { record, event } = buildStored(deps, type, valid, options);
  const entry = entryOf(options, record.occurredAt);
  const isWithin = transaction !== undefined && transaction !== null;
  if (entry.dueAt !== null || entry.idempotencyKey !== null)
    return enterOnce(deps, { record, event }, entry, isWithin ? transaction : null);
  if (isWithin) {
    await deps.intake.insertWith(transaction, record);
    return event;
  }
  const listeners = deps.listeners.wanting(record, 'sync');
  const isHeardHere = listeners.length > 0;
  return deps.intake.hold(record, isHeardHere, async () => {
    await deps.intake.insert(record, isHeardHere);
    const listening = runSyncListeners(listeners, event, deps.syncLane);
    if (listening !== undefined) await listening;
    deps.intake.passHeard(record, isHeardHere);
    return event;
  });
}

/** What is to be once, or later, is heard when a relay finds it. */
async function enterOnce(
  { intake }: DispatchDeps,
  { record, event }: Built,
  entry: Entry,
  transaction: unknown,
): Promise<Event> {
  const stored = await intake.enter(record, entry, transaction);
  if (stored === record) return event;
  if (stored.type === record.type) return toEvent(stored);
  const { idempotencyKey: key } = entry;
  throw new HooklineError('IDEMPOTENCY_CONFLICT', {
    key,
    type: record.type,
    id: stored.id,
    firstType: stored.type,
  });
}

/**
 * The story of many at once: each built as for a dispatch → stored with few writes → their relay finds them, and runs
 * their sync listeners, when they are committed.
 */
export async function dispatchAllEvents(
  deps: DispatchDeps,
  news: readonly NewEvent[],
  { replacing = [], unlessCaptured }: DispatchAllOptions,
  transaction: unknown,
): Promise<readonly Event[]> {
  if (replacing.length > 0) requireTransaction(transaction);
  news.forEach(checkEventNames);
  const built: (Built & { readonly entry: Entry })[] = [];
  for (const event of news) {
    const made = await buildNewEvent(deps, event);
    built.push({ entry: entryOf(event, made.record.occurredAt), ...made });
  }
  const plain = built.filter(({ entry }) => entry.dueAt === null && entry.idempotencyKey === null);
  await deps.intake.insertAll(
    plain.map(({ record }) => record),
    { replacing, ...(transaction ? { transaction } : {}), ...(unlessCaptured && { unlessCaptured }) },
  );
  if (plain.length === built.length) return built.map(({ event }) => event);
  const enter = (each: (typeof built)[number]) => enterOnce(deps, each, each.entry, transaction ?? null);
  const events: Event[] = [];
  for (const each of built) events.push(plain.includes(each) ? each.event : await enter(each));
  return events;
}

/** What others may have seen is not taken back. */
function requireTransaction(transaction: unknown): void {
  if (transaction !== undefined && transaction !== null) return;
  const expected = 'a transaction, in which the replaced events were stored';
  throw new HooklineError('OPTION_INVALID', { option: 'replacing', expected, got: 'none' });
}

export type BuildDeps = Pick<DispatchDeps, 'registry' | 'clock' | 'ids' | 'maxPayloadBytes'>;

export interface Built {
  readonly record: EventRecord;
  readonly event: Event;
}

/** Known type → valid data → record, serialised once. Throws what `hub.dispatchAll` does of a single event. */
export async function buildNewEvent(deps: BuildDeps, { type, data, ...options }: NewEvent): Promise<Built> {
  refuseTransient(deps.registry, type);
  const valid = deps.registry.validate(type, data);
  return buildStored(deps, type, isThenable(valid) ? await valid : valid, options);
}

function buildStored(deps: BuildDeps, type: string, data: unknown, options: EventOptions): Built {
  const parts = partsOf(deps, type, options);
  const record = buildEventRecord({ dataJson: serializeData(type, data), ...parts });
  return { record, event: toNewEvent(record, parts) };
}

function refuseTransient(registry: AnyRegistry, type: string): void {
  if (!registry.lookUp(type).transient) return;
  const expected = 'event types that are stored';
  throw new HooklineError('OPTION_INVALID', {
    option: 'events',
    expected,
    got: `"${type}", which is transient`,
  });
}

/**
 * The story of an event that nobody keeps: valid data → a frozen copy of it → heard by the sync listeners here. A
 * promise only where the schema or a listener answers with one. Throws what `hub.dispatch` does.
 */
export function dispatchTransient(
  deps: DispatchDeps,
  type: string,
  data: unknown,
  options: DispatchOptions,
): Event | Promise<Event> {
  refuseTransaction(type, options);
  refuseStoredOptions(type, options);
  const valid = deps.registry.validate(type, data);
  if (!isThenable(valid)) return hearTransient(deps, type, valid, options);
  return Promise.resolve(valid).then((settled) => hearTransient(deps, type, settled, options));
}

function hearTransient(
  deps: DispatchDeps,
  type: string,
  data: unknown,
  options: DispatchOptions,
): Event | Promise<Event> {
  const event = buildTransientEvent(partsOf(deps, type, options), data);
  const listening = runSyncListeners(deps.listeners.matching(type, 'sync'), event, deps.syncLane);
  return listening === undefined ? event : listening.then(() => event);
}

function partsOf(deps: BuildDeps, type: string, options: EventOptions): Omit<EventParts, 'dataJson'> {
  const { account, actor, changes, subject, cause, timestamp, snapshot, webhookId, headers } = options;
  const context = options.context === undefined ? currentContext() : checkContext(options.context, 'context');
  const now = deps.clock.now();
  return {
    id: deps.ids.next('evt', now),
    type,
    visibility: deps.registry.lookUp(type).visibility,
    timestamp: timestamp === undefined ? now : checkTimestamp(timestamp),
    account: account === undefined ? (context.account ?? null) : checkAccount(account),
    changes,
    actor: actor === undefined ? context.actor : checkActor(actor),
    subject,
    snapshot: snapshot === undefined ? undefined : checkMark(snapshot),
    chain: cause === undefined ? context : contextOf(cause),
    requestId: context.requestId ?? null,
    webhookId: webhookId === undefined ? null : checkAddressee(webhookId),
    headers: headers === undefined ? null : checkHeaders(headers),
    maxPayloadBytes: deps.maxPayloadBytes,
  };
}

/** What is not stored can neither commit nor be rolled back. */
function refuseTransaction(type: string, { transaction }: DispatchOptions): void {
  if (transaction === undefined || transaction === null) return;
  const expected = `none with "${type}", which is transient: what is not stored cannot commit`;
  throw new HooklineError('OPTION_INVALID', { option: 'transaction', expected, got: 'one' });
}

function checkAddressee(webhookId: string): string {
  if (typeof webhookId === 'string' && isStorableId(webhookId)) return webhookId;
  throw new HooklineError('OPTION_INVALID', {
    option: 'webhookId',
    expected: 'the id of a webhook',
    got: typeof webhookId,
  });
}

function checkMark(snapshot: true): true {
  if (snapshot === true) return snapshot;
  throw new HooklineError('OPTION_INVALID', {
    option: 'snapshot',
    expected: 'true, or to be left out',
    got: typeof snapshot,
  });
}

const MAX_TIMESTAMP = 8.64e15;

function checkTimestamp(timestamp: number): number {
  if (Number.isInteger(timestamp) && Math.abs(timestamp) <= MAX_TIMESTAMP) return timestamp;
  const expected = 'whole milliseconds since the Unix epoch';
  throw new HooklineError('OPTION_INVALID', { option: 'timestamp', expected, got: timestamp });
}
