import { isDeepStrictEqual } from 'node:util';
import type { WebhookRecord } from '../delivery/webhook.js';
import type { Page, Scope, WebhookExpectation, WebhookPatch, WebhookStore } from '../ports/store.js';
import { inScope, page } from './memory-rows.js';
import type { Tables } from './memory-store.js';

export class MemoryWebhooks implements WebhookStore {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  async insert(webhook: WebhookRecord): Promise<void> {
    this.#tables.webhooks.set(webhook.id, webhook);
  }

  async update(
    id: string,
    scope: Scope,
    patch: WebhookPatch,
    onlyIf: WebhookExpectation = {},
  ): Promise<WebhookRecord | null> {
    const webhook = this.#find(id, scope);
    if (!webhook || !isDeepStrictEqual({ ...webhook, ...onlyIf }, webhook)) return null;
    const changed = { ...webhook, ...patch };
    this.#tables.webhooks.set(id, changed);
    return changed;
  }

  async delete(id: string, scope: Scope): Promise<boolean> {
    return this.#find(id, scope) !== null && this.#tables.webhooks.delete(id);
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

  async activeOf(accountIds: readonly (string | null)[]): Promise<readonly WebhookRecord[]> {
    return [...this.#tables.webhooks.values()].filter(
      (webhook) => webhook.active && accountIds.includes(webhook.accountId),
    );
  }
}
