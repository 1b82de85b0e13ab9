import { type AttemptRecord, withoutContent } from '../delivery/attempt.js';
import type { DeliveryRecord } from '../delivery/delivery.js';
import { HooklineError } from '../errors.js';
import type { DeliveryQuery, DeliveryStore, Scope } from '../ports/store.js';
import type { ClaimedDelivery, ClaimRequest, DeliveryResult, HeldClaim } from '../ports/work-store.js';
import { inScope, isAsked, page, UNLEASED } from './memory-rows.js';
import type { Tables } from './memory-store.js';
import { MemoryWork } from './memory-work.js';

export class MemoryDeliveries implements DeliveryStore {
  readonly #tables: Tables;
  readonly #work: MemoryWork<DeliveryRecord>;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#work = new MemoryWork(tables.deliveries, 'delivering');
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedDelivery[]> {
    return this.#work.claim(request).flatMap((delivery) => {
      const event = this.#tables.events.get(delivery.eventId);
      const webhook = this.#tables.webhooks.get(delivery.webhookId) ?? null;
      return event ? [{ delivery, payload: event.payload, webhook }] : [];
    });
  }

  async settle(results: readonly DeliveryResult[]): Promise<void> {
    for (const { id, lease, attempt, ...change } of results) {
      if (attempt) this.#append(attempt);
      this.#work.conclude(id, lease, change);
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
      nextAttemptAt: now,
      finalizedAt: null,
    };
    this.#tables.deliveries.set(id, { record, ...UNLEASED });
    return record;
  }

  async attempts(deliveryId: string): Promise<readonly AttemptRecord[]> {
    return [...(this.#tables.attempts.get(deliveryId) ?? [])].sort((a, b) => a.number - b.number);
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
