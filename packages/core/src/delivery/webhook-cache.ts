import { matchesPattern } from '../events/event-pattern.js';
import type { WebhookStore } from '../ports/store.js';
import { remember } from '../remember.js';
import type { WebhookRecord } from './webhook.js';

/** So many webhooks are kept at most: some tens of megabytes. */
const MAX_WEBHOOKS = 50_000;
const MAX_ACCOUNTS = 50_000;

/** The webhooks of some accounts, all as they were at one instant. */
export interface WebhookDirectory {
  /** What `WebhookStore.ofAccounts` answered with them. */
  readonly version: string;
  subscribersOf(accountId: string | null, type: string): readonly WebhookRecord[];
}

/**
 * The webhooks of accounts, read once and kept while no webhook changes. It does not find out by itself: whoever
 * stores something on the strength of them has the version compared, and calls `forget` where it is another.
 */
export class WebhookCache {
  readonly #store: WebhookStore;
  #version = '';
  #accounts = new Map<string | null, Subscribers>();
  #size = 0;

  constructor(store: WebhookStore) {
    this.#store = store;
  }

  async directoryOf(accountIds: readonly (string | null)[]): Promise<WebhookDirectory> {
    const missing = accountIds.filter((id) => !this.#accounts.has(id));
    if (missing.length > 0) await this.#load(missing);
    // what was known may be forgotten by now, or of another version
    while (!accountIds.every((id) => this.#accounts.has(id))) await this.#load(accountIds);
    return this.#directoryOf(accountIds);
  }

  forget(): void {
    this.#accounts.clear();
    this.#size = 0;
  }

  async #load(accountIds: readonly (string | null)[]): Promise<void> {
    const { webhooks, version } = await this.#store.ofAccounts(accountIds);
    const isFull =
      this.#size + webhooks.length > MAX_WEBHOOKS || this.#accounts.size + accountIds.length > MAX_ACCOUNTS;
    if (version !== this.#version || isFull) this.forget();
    this.#version = version;
    this.#size += webhooks.length;
    const byAccount = groupByAccount(webhooks);
    for (const id of accountIds) {
      const own = byAccount.get(id);
      this.#accounts.set(id, own ? subscribersAmong(own) : NO_SUBSCRIBERS);
    }
  }

  /** Holds on to the accounts by itself: the cache may forget them while they are used. */
  #directoryOf(accountIds: readonly (string | null)[]): WebhookDirectory {
    const accounts = new Map(accountIds.map((id) => [id, this.#accounts.get(id)]));
    return {
      version: this.#version,
      subscribersOf: (accountId, type) => accounts.get(accountId)?.(type) ?? [],
    };
  }
}

function groupByAccount(webhooks: readonly WebhookRecord[]): ReadonlyMap<string | null, WebhookRecord[]> {
  const groups = new Map<string | null, WebhookRecord[]>();
  for (const webhook of webhooks) {
    const group = groups.get(webhook.accountId);
    if (group) group.push(webhook);
    else groups.set(webhook.accountId, [webhook]);
  }
  return groups;
}

/** Which of the webhooks of an account want an event type. */
type Subscribers = (type: string) => readonly WebhookRecord[];

function subscribersAmong(webhooks: readonly WebhookRecord[]): Subscribers {
  return remember((type) => webhooks.filter((webhook) => isSubscribed(webhook, type)));
}

/** Most accounts have none. */
const NO_SUBSCRIBERS: Subscribers = () => [];

function isSubscribed(webhook: Pick<WebhookRecord, 'subscriptions'>, type: string): boolean {
  return webhook.subscriptions.some((pattern) => matchesPattern(pattern, type));
}
