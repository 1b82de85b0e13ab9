import type { EventRecord } from '../events/event.js';
import type { Failures, HealthRecord, HealthStore, ProbeRequest } from '../ports/health-store.js';
import type { EventStore } from '../ports/store.js';
import type { Tables } from './memory-store.js';

export class MemoryHealth implements HealthStore {
  readonly #tables: Tables;
  readonly #events: EventStore;
  readonly #records = new Map<string, HealthRecord>();

  constructor(tables: Tables, events: EventStore) {
    this.#tables = tables;
    this.#events = events;
  }

  async addFailures(failures: readonly Failures[]): Promise<readonly HealthRecord[]> {
    return failures.map(({ webhookId, count, since }) => {
      const known = this.#records.get(webhookId);
      const record = known
        ? {
            ...known,
            failureCount: known.failureCount + count,
            failingSince: Math.min(known.failingSince, since),
          }
        : { webhookId, failingSince: since, failureCount: count, warnedPercent: 0, probeAt: null };
      this.#records.set(webhookId, record);
      return record;
    });
  }

  async clear(webhookIds: readonly string[]): Promise<readonly string[]> {
    return webhookIds.filter((id) => this.#records.delete(id));
  }

  async get(webhookIds: readonly string[]): Promise<readonly HealthRecord[]> {
    return webhookIds.flatMap((id) => this.#records.get(id) ?? []);
  }

  async raiseWarned(webhookId: string, percent: number, event: EventRecord): Promise<boolean> {
    const record = this.#records.get(webhookId);
    if (record === undefined || record.warnedPercent >= percent) return false;
    this.#records.set(webhookId, { ...record, warnedPercent: percent });
    await this.#events.insert([event]);
    return true;
  }

  async setProbe(webhookId: string, probeAt: number | null): Promise<void> {
    const record = this.#records.get(webhookId);
    if (record) this.#records.set(webhookId, { ...record, probeAt });
  }

  async claimProbes({ now, limit, nextProbeAt }: ProbeRequest): Promise<readonly HealthRecord[]> {
    const isDue = ({ probeAt }: HealthRecord) => probeAt !== null && probeAt <= now;
    const due = [...this.#records.values()].filter(isDue).slice(0, limit);
    const claimed = due.map((record) => ({ ...record, probeAt: nextProbeAt }));
    for (const record of claimed) this.#records.set(record.webhookId, record);
    return claimed;
  }

  async hasDeliveredSince(webhookId: string, since: number): Promise<boolean> {
    return [...this.#tables.deliveries.values()].some(
      ({ record }) =>
        record.webhookId === webhookId && record.state === 'delivered' && (record.finalizedAt ?? 0) >= since,
    );
  }
}
