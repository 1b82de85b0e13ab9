/** A signing secret of a webhook, as stores keep it. */
export interface StoredSecret {
  /** `whsec_...` sealed with the hub's encryption key, or plain where the hub has none. */
  readonly sealed: string;
  readonly createdAt: number;
  /** When it stops signing; null for the current one. */
  readonly expiresAt: number | null;
}

/** A registered outbound target. */
export interface WebhookRecord {
  readonly id: string;
  readonly accountId: string | null;
  readonly url: string;
  /** Event patterns: `message.created`, `message.*`, `*`. */
  readonly subscriptions: readonly string[];
  readonly description: string | null;
  readonly active: boolean;
  /** Newest first. */
  readonly secrets: readonly StoredSecret[];
  readonly createdAt: number;
  readonly updatedAt: number;
}
