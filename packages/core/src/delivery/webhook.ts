import type { WebhookSettings } from './webhook-settings.js';

/** A signing secret of a webhook, as stores keep it. */
export interface StoredSecret {
  /** `whsec_...` or `whsk_...`, sealed with the hub's encryption key, or plain where the hub has none. */
  readonly sealed: string;
  readonly createdAt: number;
  /** When it stops signing; null for the current one. */
  readonly expiresAt: number | null;
}

/** Why Hookline took a webhook out of service: its receiver answered 410 Gone, or did nothing but fail for days. */
export type DisabledReason = 'gone' | 'failing';

export interface Disabled {
  readonly reason: DisabledReason;
  readonly at: number;
}

/** A registered outbound target. */
export interface WebhookRecord {
  readonly id: string;
  readonly accountId: string | null;
  readonly url: string;
  /** Event patterns: `message.created`, `message.*`, `*`. */
  readonly subscriptions: readonly string[];
  readonly description: string | null;
  /** An inactive one is sent nothing: what it would have had is recorded as cancelled. */
  readonly active: boolean;
  /** Where Hookline made it inactive; null where a person did, or it is active. */
  readonly disabled: Disabled | null;
  /** Its deliveries are made, and held until it is resumed. */
  readonly paused: boolean;
  /** Newest first. */
  readonly secrets: readonly StoredSecret[];
  readonly settings: WebhookSettings;
  /** Its custom headers, its auth and its TLS client certificate, as sealed JSON; null where it has none. */
  readonly credentials: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}
