import { HooklineError } from '../errors.js';
import { payloadAt, toEvent } from '../events/build-event.js';
import type { Event, EventRecord } from '../events/event.js';
import type { Intake } from '../events/intake.js';
import type { EventStore } from '../ports/store.js';
import type { InboundDeps } from './handle-inbound.js';
import { buildInboundEvent, depthOf } from './inbound-event.js';
import { toReceived } from './inbound-request.js';
import type { ReceiptRecord } from './receipt.js';
import type { AnySource } from './source.js';

export interface ReplayDeps extends Omit<InboundDeps, 'intake'> {
  readonly intake: Pick<Intake, 'hold' | 'insert' | 'passUnheard'>;
  readonly events: Pick<EventStore, 'get'>;
}

/**
 * The story of a replay: what the request meant, read anew by its source, or else copied from the event that it became
 * → a new event that follows from that one → stored → handed over.
 *
 * Throws EVENT_ERASED, RECEIPT_UNREADABLE and what the source's `read` throws.
 */
export async function replayReceipt(
  deps: ReplayDeps,
  receipt: ReceiptRecord,
  source: AnySource | null,
): Promise<Event> {
  const first = await deps.events.get(receipt.eventId, {});
  if (receipt.erasedAt !== null || (first !== null && first.erasedAt !== null))
    throw new HooklineError('EVENT_ERASED', { id: receipt.eventId });
  const record = source ? readAgain(deps, receipt, source, first) : copyOf(deps, receipt, first);
  return deps.intake.hold(record, false, async () => {
    await deps.intake.insert(record, false);
    deps.intake.passUnheard(record);
    return toEvent(record);
  });
}

/** It stays with the account of the first event: how a request tells accounts apart may be what a receipt leaves out. */
function readAgain(
  deps: ReplayDeps,
  receipt: ReceiptRecord,
  source: AnySource,
  first: EventRecord | null,
): EventRecord {
  const { method, url, headers, body } = receipt;
  const request = toReceived({ method, url, headers, body });
  const verified = source.read(request);
  return buildInboundEvent(deps, {
    ...{ name: receipt.source, verified, receiptId: receipt.id, timestamp: deps.clock.now() },
    account: first ? toEvent(first).accountId : source.accountOf(verified, request),
    chain: first ? chainBehind(first) : chainOfLost(receipt),
  });
}

function copyOf(deps: ReplayDeps, receipt: ReceiptRecord, first: EventRecord | null): EventRecord {
  const { id, source } = receipt;
  if (first === null) throw new HooklineError('RECEIPT_UNREADABLE', { id, source });
  const occurredAt = deps.clock.now();
  return {
    ...first,
    ...chainBehind(first),
    id: deps.ids.next('evt'),
    occurredAt,
    payload: payloadAt(first.payload, occurredAt),
    requestId: id,
  };
}

function chainBehind({ id, correlationId, depth }: EventRecord) {
  return { causationId: id, correlationId, depth: depth + 1 };
}

/** Of an event that retention has removed. */
function chainOfLost(receipt: ReceiptRecord) {
  const { eventId } = receipt;
  return { causationId: eventId, correlationId: eventId, depth: depthOf(receipt) + 1 };
}
