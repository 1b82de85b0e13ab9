import type { FailureReason } from './attempt.js';
import type { CredentialKeeper } from './credential-keeper.js';
import type { ClientTls } from './credentials.js';
import type { WebhookRecord } from './webhook.js';

/** What a request brings to be let in. */
export type Access =
  | {
      readonly kind: 'granted';
      readonly headers: Readonly<Record<string, string>>;
      readonly tls: ClientTls | null;
    }
  /** No token was to be had: counts as a failed attempt. */
  | { readonly kind: 'denied'; readonly reason: FailureReason; readonly message: string };

export interface AccessProvider {
  /** Throws SECRET_UNREADABLE. */
  accessOf(webhook: WebhookRecord, now: number): Access | Promise<Access>;
}

const OPEN: Access = { kind: 'granted', headers: {}, tls: null };

export function accessProvider(_credentials: CredentialKeeper): AccessProvider {
  return { accessOf: () => OPEN };
}
