import { isDeepStrictEqual } from 'node:util';
import { waitsInGroup } from '../delivery/group.js';
import type { WebhookRecord } from '../delivery/webhook.js';
import type { EventRecord } from '../events/event.js';
import type { SnapshotRecord } from '../ports/snapshot-store.js';
import type {
  AccountWebhooks,
  EventStore,
  Page,
  Scope,
  WebhookExpectation,
  WebhookPatch,
  WebhookStore,
} from '../ports/store.js';
import { inScope, page, UNLEASED } from './memory-rows.js';
import type { Tables } from './memory-store.js';

/** Webhooks by id, and how often they were changed. */
export class WebhookRows extends Map<string, WebhookRecord> {
  #changes = 0;

  get version(): string {
    return String(this.#changes);
  }

  override set(id: string, webhook: WebhookRecord): this {
    this.#changes++;
    return super.set(id, webhook);
  }

  override delete(id: string): boolean {
    this.#changes++;
    return super.delete(id);
  }
}

export class MemoryWebhooks implements WebhookStore {
  readonly #tables: Tables;
  readonly #events: EventStore;

  constructor(tables: Tables, events: EventStore) {
    this.#tables = tables;
    this.#events = events;
  }

  async insert(webhook: WebhookRecord, snapshots: readonly SnapshotRecord[] = []): Promise<void> {
    this.#tables.webhooks.set(webhook.id, webhook);
    for (const record of snapshots)
      this.#tables.snapshots.set(record.id, { record, lastEventId: null, ...UNLEASED });
  }

  async update(
    id: string,
    scope: Scope,
    patch: WebhookPatch,
    onlyIf: WebhookExpectation = {},
    events: readonly EventRecord[] = [],
  ): Promise<WebhookRecord | null> {
    const webhook = this.#find(id, scope);
    if (!webhook || !isDeepStrictEqual({ ...webhook, ...onlyIf }, webhook)) return null;
    const changed = { ...webhook, ...patch };
    this.#tables.webhooks.set(id, changed);
    await this.#events.insert(events);
    return changed;
  }

  async delete(id: string, scope: Scope): Promise<boolean> {
    const webhook = this.#find(id, scope);
    if (webhook === null) return false;
    this.#tables.webhooks.delete(id);
    for (const { record, lease } of [...this.#tables.deliveries.values()]) {
      if (record.webhookId !== id || lease !== null || record.nextAttemptAt === null) continue;
      if (record.hold === null || waitsInGroup(record)) continue;
      const due = { ...record, hold: null, nextAttemptAt: webhook.updatedAt };
      this.#tables.deliveries.set(record.id, { record: due, ...UNLEASED });
    }
    return true;
  }

  async get(id: string, scope: Scope): Promise<WebhookRecord | null> {
    return this.#find(id, scope);
  }

  async list(query: Scope & Page): Promise<readonly WebhookRecord[]> {
    const webhooks = [...this.#tables.webhooks.values()].filter((webhook) => inScope(webhook, query));
    return page(webhooks, query);
  }

  #find(id: string, scope: Scope): WebhookRecord | null {
    const webhook = this.#tables.webhooks.get(id);
    return webhook && inScope(webhook, scope) ? webhook : null;
  }

  async ofAccounts(accountIds: readonly (string | null)[]): Promise<AccountWebhooks> {
    const asked = new Set(accountIds);
    const isAsked = ({ accountId }: WebhookRecord) => asked.has(accountId);
    const { version } = this.#tables.webhooks;
    return { webhooks: [...this.#tables.webhooks.values()].filter(isAsked), version };
  }
}
