import { type AttemptRecord, withoutContent } from '../delivery/attempt.js';
import type { DeliveryRecord } from '../delivery/delivery.js';
import { erasedPayload } from '../events/build-event.js';
import type { EventRecord } from '../events/event.js';
import type { RunRecord } from '../listeners/run.js';
import type { Prunable, PruneRequest, PruneResult } from '../ports/retention.js';
import type { EraseQuery } from '../ports/store.js';
import { inScope, receiptKey, UNLEASED } from './memory-rows.js';
import type { Tables } from './memory-store.js';
import type { WorkRows } from './memory-work.js';

/** What came of an event: its deliveries and runs, and the receipt it came by. */
export interface EventPart {
  readonly kind: Exclude<Prunable, 'events' | 'rejections'>;
  readonly id: string;
}

export function pruneRows(tables: Tables, request: PruneRequest): PruneResult {
  const { kind, after, until, limit } = request;
  const ids = [...tables[kind].keys()].filter((id) => id > after && id < until);
  const seen = ids.sort().slice(0, limit);
  const doomed = seen.filter(ageCheck(tables, request)[kind]);
  for (const id of doomed) removeRow(tables, kind, id);
  return { removed: doomed.length, next: seen.length < limit ? null : (seen.at(-1) ?? null) };
}

/** Whether the row with an id may go. */
function ageCheck(
  tables: Tables,
  request: PruneRequest,
): Readonly<Record<Prunable, (id: string) => boolean>> {
  const { deliveries, runs, receipts, rejections, events, waiting, parts } = tables;
  const isKept = ({ id }: EventPart) => deliveries.has(id) || runs.has(id);
  return {
    deliveries: (id) => isWorkOver(deliveries.get(id)?.record, request),
    runs: (id) => isWorkOver(runs.get(id)?.record, request),
    receipts: (id) => isBefore(receipts.get(id)?.receivedAt, request.endedBefore),
    rejections: (id) => isBefore(rejections.get(id)?.lastAt, request.endedBefore),
    events: (id) => {
      const isOver = !waiting.has(id) && isBefore(events.get(id)?.occurredAt, request.endedBefore);
      return isOver && !parts.get(id)?.some(isKept);
    },
  };
}

function isWorkOver(record: DeliveryRecord | RunRecord | undefined, request: PruneRequest): boolean {
  if (record === undefined || record.nextAttemptAt !== null) return false;
  const { endedBefore, exhaustedBefore } = request;
  return isBefore(record.finalizedAt, record.state === 'exhausted' ? exhaustedBefore : endedBefore);
}

function isBefore(instant: number | null | undefined, bound: number): boolean {
  return typeof instant === 'number' && instant < bound;
}

/** With all that stands by it alone. */
export function removeRow(tables: Tables, kind: Prunable, id: string): void {
  const receipt = kind === 'receipts' ? tables.receipts.get(id) : undefined;
  if (receipt) tables.receiptKeys.delete(receiptKey(receipt));
  if (kind === 'deliveries') tables.attempts.delete(id);
  if (kind === 'events') tables.parts.delete(id);
  tables[kind].delete(id);
}

/** Answers the ids of the events asked for. */
export function eraseEvents(tables: Tables, query: EraseQuery, now: number): readonly string[] {
  const events = [...tables.events.values()].filter((event) => isAskedFor(event, query));
  for (const event of events) {
    const { id, payload, erasedAt } = event;
    tables.events.set(id, {
      ...event,
      payload: erasedPayload(payload),
      headers: null,
      erasedAt: erasedAt ?? now,
    });
  }
  const ids = events.map(({ id }) => id);
  eraseParts(tables, new Set(ids), now);
  return ids;
}

function isAskedFor(event: EventRecord, query: EraseQuery): boolean {
  if (!inScope(event, query)) return false;
  if ('id' in query) return event.id === query.id;
  return event.subjectType === query.subjectType && event.subjectId === query.subjectId;
}

function eraseParts(tables: Tables, ids: ReadonlySet<string>, now: number): void {
  const cancelled = { state: 'cancelled', nextAttemptAt: null, finalizedAt: now } as const;
  const deliveries = partsOf(tables.deliveries, ids);
  const runs = partsOf(tables.runs, ids);
  for (const record of deliveries.filter(isOwed)) {
    const change = { ...cancelled, manual: false, hold: null, reason: 'event-erased' };
    tables.deliveries.set(record.id, { record: { ...record, ...change }, ...UNLEASED });
  }
  for (const record of runs.filter(isOwed)) {
    const change = { ...cancelled, hold: null, lastError: 'event-erased' };
    tables.runs.set(record.id, { record: { ...record, ...change }, ...UNLEASED });
  }
  for (const record of runs.filter(({ state }) => state === 'exhausted')) {
    tables.runs.set(record.id, { record: { ...record, lastError: null }, ...UNLEASED });
  }
  for (const { id } of deliveries) eraseAttempts(tables.attempts, id);
  for (const receipt of [...tables.receipts.values()].filter(({ eventId }) => ids.has(eventId))) {
    const url = receipt.url.split('?', 1)[0] ?? '';
    const erasedAt = receipt.erasedAt ?? now;
    tables.receipts.set(receipt.id, { ...receipt, url, headers: {}, body: Buffer.alloc(0), erasedAt });
  }
}

function partsOf<Item extends DeliveryRecord | RunRecord>(
  rows: WorkRows<Item>,
  eventIds: ReadonlySet<string>,
): readonly Item[] {
  return [...rows.values()].map(({ record }) => record).filter(({ eventId }) => eventIds.has(eventId));
}

function isOwed({ nextAttemptAt }: DeliveryRecord | RunRecord): boolean {
  return nextAttemptAt !== null;
}

function eraseAttempts(attempts: Map<string, AttemptRecord[]>, deliveryId: string): void {
  const known = attempts.get(deliveryId);
  if (known) attempts.set(deliveryId, known.map(withoutContent));
}
