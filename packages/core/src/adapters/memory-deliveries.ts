import { type AttemptRecord, withoutContent } from '../delivery/attempt.js';
import type { DeliveryRecord, Hold } from '../delivery/delivery.js';
import { isDebounced, waitsInGroup } from '../delivery/group.js';
import type { WebhookRecord } from '../delivery/webhook.js';
import { HooklineError } from '../errors.js';
import type { EventRecord } from '../events/event.js';
import type {
  DeliveryQuery,
  DeliveryStore,
  EventStore,
  GroupTurn,
  Promoted,
  Scope,
  TurnRequest,
} from '../ports/store.js';
import type {
  ClaimedDelivery,
  ClaimRequest,
  DeliveryResult,
  GroupClaimRequest,
  HeldClaim,
  HeldDelivery,
} from '../ports/work-store.js';
import { MemoryGroups } from './memory-groups.js';
import { inScope, isAsked, page, UNLEASED } from './memory-rows.js';
import type { Tables } from './memory-store.js';
import { MemoryWork, type WorkRow } from './memory-work.js';

export class MemoryDeliveries implements DeliveryStore {
  readonly #tables: Tables;
  readonly #events: EventStore;
  readonly #work: MemoryWork<DeliveryRecord>;
  readonly #groups: MemoryGroups<DeliveryRecord>;
  readonly #nextTurnAt = new Map<string, number>();

  constructor(tables: Tables, events: EventStore) {
    this.#tables = tables;
    this.#events = events;
    this.#work = new MemoryWork(tables.deliveries, 'delivering');
    this.#groups = new MemoryGroups(tables, tables.deliveries);
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedDelivery[]> {
    return this.#read(this.#work.claim(request));
  }

  #read(deliveries: readonly DeliveryRecord[]): readonly ClaimedDelivery[] {
    return deliveries.flatMap((delivery) => {
      const event = this.#tables.events.get(delivery.eventId);
      const webhook = this.#tables.webhooks.get(delivery.webhookId) ?? null;
      return event ? [toClaimed(delivery, event, webhook)] : [];
    });
  }

  async settle(results: readonly DeliveryResult[]): Promise<void> {
    for (const { id, lease, attempt, event, ...change } of results) {
      if (attempt) this.#append(attempt);
      const isConcluded = this.#work.conclude(id, lease, { ...change, hold: null });
      if (isConcluded && event) await this.#events.insert([event]);
    }
  }

  async renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]> {
    return this.#work.renew(claims, leasedUntil);
  }

  async release(ids: readonly string[], lease: string): Promise<void> {
    for (const id of ids) this.#work.conclude(id, lease, {});
  }

  async get(id: string, scope: Scope): Promise<DeliveryRecord | null> {
    return this.#find(id, scope);
  }

  async list(query: DeliveryQuery): Promise<readonly DeliveryRecord[]> {
    const records = [...this.#tables.deliveries.values()]
      .map((row) => this.#work.read(row))
      .filter((record) => inScope(record, query) && isAsked(query.state, record.state))
      .filter(
        (record) => isAsked(query.webhookId, record.webhookId) && isAsked(query.eventId, record.eventId),
      )
      .filter((record) => isAsked(query.eventType, record.eventType));
    return page(records, query);
  }

  async ofEvents(eventIds: readonly string[]): Promise<readonly DeliveryRecord[]> {
    const parts = eventIds.flatMap((id) => this.#tables.parts.get(id) ?? []);
    const found = parts.filter(({ kind }) => kind === 'deliveries').map(({ id }) => this.#find(id, {}));
    return found.filter((record) => record !== null).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async redeliver(id: string, scope: Scope, now: number): Promise<DeliveryRecord | null> {
    const delivery = this.#find(id, scope);
    if (!delivery) return null;
    const { state } = delivery;
    if (state === 'pending' || state === 'delivering')
      throw new HooklineError('STATE_CONFLICT', { id, state });
    if (this.#isErased(delivery.eventId)) throw new HooklineError('EVENT_ERASED', { id: delivery.eventId });
    const record: DeliveryRecord = {
      ...delivery,
      state: 'pending',
      manual: true,
      hold: null,
      nextAttemptAt: now,
      finalizedAt: null,
    };
    this.#tables.deliveries.set(id, { record, ...UNLEASED });
    return record;
  }

  async hold(deliveries: readonly HeldDelivery[]): Promise<void> {
    for (const { id, lease, hold, nextAttemptAt } of deliveries) {
      const webhook = this.#tables.webhooks.get(this.#find(id, {})?.webhookId ?? '');
      const isOver = hold === 'paused' && webhook?.paused !== true;
      this.#work.conclude(id, lease, isOver ? { hold: null } : { hold, nextAttemptAt });
    }
  }

  async resume(webhookId: string, holds: readonly Hold[], now: number, limit?: number): Promise<number> {
    const isMeant = ({ record, lease }: WorkRow<DeliveryRecord>) =>
      record.webhookId === webhookId && record.hold !== null && holds.includes(record.hold) && lease === null;
    const held = [...this.#tables.deliveries.values()].filter(isMeant).slice(0, limit);
    for (const { record } of held) this.#makeDue(record, now);
    return held.length;
  }

  async ungroup(webhookId: string, now: number): Promise<number> {
    const isMeant = ({ record }: WorkRow<DeliveryRecord>) =>
      record.webhookId === webhookId && record.groupKey !== null && record.nextAttemptAt !== null;
    const grouped = [...this.#tables.deliveries.values()].filter(isMeant);
    for (const row of grouped) {
      const { record, ...leased } = row;
      const due = waitsInGroup(record) ? { hold: null, nextAttemptAt: now } : {};
      this.#tables.deliveries.set(record.id, { record: { ...record, ...due, groupKey: null }, ...leased });
    }
    return grouped.length;
  }

  promote(turns: readonly GroupTurn[], now: number): Promise<readonly Promoted[]> {
    return this.#groups.promote(turns, now);
  }

  waitingGroups(limit: number): Promise<readonly string[]> {
    return this.#groups.waitingGroups(limit);
  }

  async claimGroup({ groupKey, ...request }: GroupClaimRequest): Promise<readonly ClaimedDelivery[]> {
    const { limit, now, except = [] } = request;
    const isMeant = ({ record, lease }: WorkRow<DeliveryRecord>) => {
      const { hold, nextAttemptAt } = record;
      const waits = hold === 'debounce' || hold === 'batch';
      const isDue = nextAttemptAt !== null && (waits || isDebounced(groupKey) || nextAttemptAt <= now);
      return isDue && lease === null && !except.includes(record.id);
    };
    const members = this.#tables.deliveries.ofGroup(groupKey).filter(isMeant).slice(0, limit);
    return this.#read(members.map(({ record }) => this.#work.take(record, request)));
  }

  async reserveTurns(requests: readonly TurnRequest[], now: number): Promise<readonly number[]> {
    return requests.map(({ webhookId, turns, rate }) => {
      const first = Math.max(this.#nextTurnAt.get(webhookId) ?? 0, now);
      this.#nextTurnAt.set(webhookId, first + (turns * rate.perMs) / rate.count);
      return first;
    });
  }

  async forgetTurns(webhookId: string): Promise<void> {
    this.#nextTurnAt.delete(webhookId);
  }

  async attempts(deliveryId: string): Promise<readonly AttemptRecord[]> {
    return [...(this.#tables.attempts.get(deliveryId) ?? [])].sort((a, b) => a.number - b.number);
  }

  #makeDue(record: DeliveryRecord, now: number): void {
    const due = { ...record, hold: null, nextAttemptAt: now };
    this.#tables.deliveries.set(record.id, { record: due, ...UNLEASED });
  }

  #find(id: string, scope: Scope): DeliveryRecord | null {
    const row = this.#tables.deliveries.get(id);
    return row && inScope(row.record, scope) ? this.#work.read(row) : null;
  }

  #append(attempt: AttemptRecord): void {
    const delivery = this.#tables.deliveries.get(attempt.deliveryId)?.record;
    if (!delivery) return;
    const attempts = this.#tables.attempts.get(delivery.id) ?? [];
    const kept = this.#isErased(delivery.eventId) ? withoutContent(attempt) : attempt;
    this.#tables.attempts.set(delivery.id, [...attempts, kept]);
  }

  #isErased(eventId: string): boolean {
    return typeof this.#tables.events.get(eventId)?.erasedAt === 'number';
  }
}

function toClaimed(
  delivery: DeliveryRecord,
  { payload, headers, depth }: EventRecord,
  webhook: WebhookRecord | null,
): ClaimedDelivery {
  return { delivery, payload, headers, depth, order: null, webhook };
}
