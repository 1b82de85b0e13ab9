import type { EventRecord } from '../events/event.js';
import type {
  ClaimedEvent,
  EraseQuery,
  EventClaimRequest,
  EventQuery,
  EventStore,
  FannedOut,
  FanOut,
  InsertEventOptions,
  InsertedOnce,
  KeyedEvent,
  Owed,
  Scope,
} from '../ports/store.js';
import type { EventHistory } from './memory-history.js';
import { type EventPart, eraseEvents, removeRow } from './memory-retention.js';
import { inScope, isAsked, page, UNLEASED } from './memory-rows.js';
import type { Tables } from './memory-store.js';
import { PendingWrites } from './memory-transactions.js';
import type { Work, WorkRows } from './memory-work.js';

export class MemoryEvents implements EventStore {
  readonly #tables: Tables;
  readonly #history: EventHistory;
  readonly #pending = new PendingWrites();

  constructor(tables: Tables, history: EventHistory) {
    this.#tables = tables;
    this.#history = history;
  }

  async insert(events: readonly EventRecord[], options: InsertEventOptions = {}): Promise<void> {
    const known = events.find(({ id }) => this.#tables.events.has(id));
    if (known) throw new Error(`event ${known.id} is stored already`);
    const { transaction, leasedUntil, dueAt, replacing = [] } = options;
    this.#pending.add(transaction, () => {
      for (const id of replacing) this.#remove(id);
      this.#add(events, leasedUntil, dueAt);
    });
  }

  /** A key is taken when its event is stored: of two transactions at once both may get theirs. */
  async insertOnce(
    asked: readonly KeyedEvent[],
    options: Pick<InsertEventOptions, 'transaction' | 'leasedUntil' | 'dueAt'> = {},
  ): Promise<readonly InsertedOnce[]> {
    const inserted: InsertedOnce[] = [];
    const { events, eventKeys } = this.#tables;
    for (const { event, key } of asked) {
      const ownKey = JSON.stringify([event.accountId, key]);
      const known = events.get(eventKeys.get(ownKey) ?? '');
      inserted.push({ event: known ?? event, isNew: known === undefined });
      if (known !== undefined) continue;
      await this.insert([event], options);
      this.#pending.add(options.transaction, () => eventKeys.set(ownKey, event.id));
    }
    return inserted;
  }

  async claim({ ids, limit, now, leaseMs }: EventClaimRequest): Promise<readonly ClaimedEvent[]> {
    const { waiting, events } = this.#tables;
    const isFree = (id: string) => waiting.isFree(id, now);
    const claimed = ids ? ids.filter(isFree).slice(0, limit) : waiting.free(now, limit);
    waiting.lease(claimed, now + leaseMs);
    return claimed.flatMap((id) => {
      const event = events.get(id);
      return event ? [{ event, isHeard: waiting.isHeard(id) }] : [];
    });
  }

  async renew(ids: readonly string[], leasedUntil: number): Promise<void> {
    this.#tables.waiting.lease(ids, leasedUntil);
  }

  async release(ids: readonly string[], mark: Pick<ClaimedEvent, 'isHeard'>): Promise<void> {
    this.#tables.waiting.release(ids, mark);
  }

  async settle(fanOut: FanOut): Promise<FannedOut> {
    const { webhookVersion, leasedUntil, unclaimedAt = Number.POSITIVE_INFINITY } = fanOut;
    const { waiting, webhooks, deliveries, runs } = this.#tables;
    if (webhookVersion !== null && webhookVersion !== webhooks.version) return { kind: 'stale' };
    const owing = new Set(fanOut.eventIds.filter((id) => waiting.isFree(id, unclaimedAt)));
    const newDeliveries = addOwed(deliveries, fanOut.deliveries, owing, leasedUntil);
    const newRuns = addOwed(runs, fanOut.runs, owing, leasedUntil);
    for (const { id, eventId } of newDeliveries) addPart(this.#tables, eventId, { kind: 'deliveries', id });
    for (const { id, eventId } of newRuns) addPart(this.#tables, eventId, { kind: 'runs', id });
    for (const id of owing) this.#markFannedOut(id);
    const claimed = [...newDeliveries, ...newRuns].filter(({ lease }) => lease !== null);
    return { kind: 'stored', claimedIds: claimed.map(({ id }) => id) };
  }

  async get(id: string, scope: Scope): Promise<EventRecord | null> {
    const record = this.#tables.events.get(id);
    return record && inScope(record, scope) ? record : null;
  }

  async list(query: EventQuery): Promise<readonly EventRecord[]> {
    const records = [...this.#tables.events.values()]
      .filter((record) => inScope(record, query) && isAsked(query.type, record.type))
      .filter((record) => isAsked(query.visibility, record.visibility))
      .filter(
        (record) =>
          isAsked(query.subjectType, record.subjectType) && isAsked(query.subjectId, record.subjectId),
      );
    return page(records, query);
  }

  async erase(query: EraseQuery, now: number): Promise<number> {
    const ids = eraseEvents(this.#tables, query, now);
    for (const id of ids) if (this.#tables.waiting.has(id)) this.#markFannedOut(id);
    return ids.length;
  }

  #add(events: readonly EventRecord[], leasedUntil = 0, dueAt = 0): void {
    for (const event of events) {
      this.#tables.events.set(event.id, event);
      this.#tables.waiting.add(event.id, leasedUntil, dueAt);
    }
  }

  #remove(id: string): void {
    removeRow(this.#tables, 'events', id);
    this.#tables.waiting.delete(id);
  }

  #markFannedOut(id: string): void {
    this.#tables.waiting.delete(id);
    this.#history.add(id);
  }
}

/** Answers those that are new. */
function addOwed<Item extends Work & { readonly eventId: string }>(
  rows: WorkRows<Item>,
  owed: readonly Owed<Item>[],
  owing: ReadonlySet<string>,
  leasedUntil: number,
): readonly Owed<Item>[] {
  const fresh = owed.filter(({ id, eventId }) => owing.has(eventId) && !rows.has(id));
  for (const { lease, ...rest } of fresh) {
    const record = rest as unknown as Item;
    rows.set(record.id, lease === null ? { record, ...UNLEASED } : { record, lease, leasedUntil });
  }
  return fresh;
}

/** Notes what came of an event. */
export function addPart({ parts }: Tables, eventId: string, part: EventPart): void {
  const known = parts.get(eventId);
  if (known) known.push(part);
  else parts.set(eventId, [part]);
}
