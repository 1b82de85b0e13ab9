import { deliveryId } from '../delivery/delivery.js';
import type {
  SnapshotClaim,
  SnapshotProgress,
  SnapshotRecord,
  SnapshotStore,
} from '../ports/snapshot-store.js';
import type { EventStore } from '../ports/store.js';
import type { HeldClaim } from '../ports/work-store.js';
import type { Leased } from './memory-rows.js';
import type { Tables } from './memory-store.js';

export interface SnapshotRow extends Leased {
  readonly record: SnapshotRecord;
  /** Of its page before. */
  readonly lastEventId: string | null;
}

/** Rows that are told of are in no transaction of this store, so there is none to wait for before the first page. */
export class MemorySnapshots implements SnapshotStore {
  readonly #tables: Tables;
  readonly #events: EventStore;

  constructor(tables: Tables, events: EventStore) {
    this.#tables = tables;
    this.#events = events;
  }

  async claim({ models, now, leaseMs, lease }: SnapshotClaim): Promise<SnapshotRecord | null> {
    this.#removeOrphans();
    const [waiting] = [...this.#tables.snapshots.values()]
      .filter(({ record, leasedUntil }) => leasedUntil <= now && models.includes(record.model))
      .filter(({ record }) => this.#tables.webhooks.get(record.webhookId)?.active === true)
      .filter((row) => !this.#isPageUnderWay(row))
      .sort((a, b) => a.leasedUntil - b.leasedUntil || (a.record.id < b.record.id ? -1 : 1));
    if (!waiting) return null;
    this.#tables.snapshots.set(waiting.record.id, { ...waiting, lease, leasedUntil: now + leaseMs });
    return waiting.record;
  }

  async begin(claim: HeldClaim, startedAt: number): Promise<void> {
    const row = this.#held(claim);
    if (row) this.#putBack({ ...row, record: { ...row.record, startedAt } }, startedAt);
  }

  async renew(claim: HeldClaim, leasedUntil: number): Promise<void> {
    const row = this.#held(claim);
    if (row) this.#tables.snapshots.set(row.record.id, { ...row, leasedUntil });
  }

  async advance(claim: HeldClaim, { position, events, now }: SnapshotProgress): Promise<boolean> {
    const row = this.#held(claim);
    if (!row) return false;
    if (position === null) this.#tables.snapshots.delete(row.record.id);
    else this.#putBack({ record: { ...row.record, position }, lastEventId: events.at(-1)?.id ?? null }, now);
    await this.#events.insert(events);
    return true;
  }

  /** Whoever waits since an earlier instant comes first. */
  #putBack({ record, lastEventId }: Omit<SnapshotRow, keyof Leased>, now: number): void {
    this.#tables.snapshots.set(record.id, { record, lastEventId, lease: null, leasedUntil: now });
  }

  /** Whether the page before is still to be fanned out or attempted. */
  #isPageUnderWay({ record, lastEventId }: SnapshotRow): boolean {
    if (lastEventId === null) return false;
    const { waiting, deliveries } = this.#tables;
    const delivery = deliveries.get(deliveryId(lastEventId, record.webhookId));
    return waiting.has(lastEventId) || delivery?.record.state === 'pending';
  }

  #held({ id, lease }: HeldClaim): SnapshotRow | null {
    const row = this.#tables.snapshots.get(id);
    return row?.lease === lease ? row : null;
  }

  #removeOrphans(): void {
    const { snapshots, webhooks } = this.#tables;
    for (const [id, { record }] of snapshots) if (!webhooks.has(record.webhookId)) snapshots.delete(id);
  }
}
