import type { WebhookRecord } from '../delivery/webhook.js';
import type { EventRecord } from '../events/event.js';
import type { Page, Scope } from './scope.js';
import type { SnapshotRecord } from './snapshot-store.js';

/** What a webhook may be changed into. */
export type WebhookPatch = Partial<
  Pick<
    WebhookRecord,
    | 'url'
    | 'subscriptions'
    | 'description'
    | 'active'
    | 'disabled'
    | 'paused'
    | 'secrets'
    | 'settings'
    | 'credentials'
  >
> & { readonly updatedAt: number };

/** What a webhook must still be for a change to be made. */
export type WebhookExpectation = Partial<
  Pick<WebhookRecord, 'url' | 'secrets' | 'active' | 'disabled' | 'paused' | 'settings' | 'credentials'>
>;

export interface WebhookStore {
  /** With the snapshots that it asked for: all or none. */
  insert(webhook: WebhookRecord, snapshots?: readonly SnapshotRecord[]): Promise<void>;
  /**
   * The changed row, or null where the scope has no such webhook, or none that is still as `onlyIf` says: of two
   * callers who read the same row and change what they read, one gets null. Events that tell of the change are stored
   * with it.
   */
  update(
    id: string,
    scope: Scope,
    patch: WebhookPatch,
    onlyIf?: WebhookExpectation,
    events?: readonly EventRecord[],
  ): Promise<WebhookRecord | null>;
  /** False where the scope has no such webhook. Its past deliveries stay; what is put aside is due, to be cancelled. */
  delete(id: string, scope: Scope): Promise<boolean>;
  get(id: string, scope: Scope): Promise<WebhookRecord | null>;
  list(query: Scope & Page): Promise<readonly WebhookRecord[]>;
  /** The webhooks of these accounts, active or not. `null` asks for those of the app with one tenant. */
  ofAccounts(accountIds: readonly (string | null)[]): Promise<AccountWebhooks>;
}

export interface AccountWebhooks {
  readonly webhooks: readonly WebhookRecord[];
  /** Differs from the version of an earlier answer if any webhook of any account was changed in between. */
  readonly version: string;
}
