import { accountKey } from '../events/build-event.js';
import type { NewWebhook, Webhook, WebhookChange } from '../hub-services.js';
import type { WebhookPatch } from '../ports/store.js';
import { type CredentialKeeper, changedCredentials } from './credential-keeper.js';
import { summaryOf } from './credentials.js';
import type { WebhookRecord } from './webhook.js';
import { changedSettings, type WebhookSettings } from './webhook-settings.js';

/** What a webhook is made of besides what its owner says. */
export interface WebhookBirth extends Pick<WebhookRecord, 'id' | 'secrets'> {
  readonly now: number;
}

export function newWebhookRecord(
  input: NewWebhook,
  { id, secrets, now }: WebhookBirth,
  credentials: CredentialKeeper,
): WebhookRecord {
  const { url, subscriptions, description = null, active = true, paused = false } = input;
  return {
    id,
    accountId: accountKey(input.accountId),
    url,
    subscriptions: [...new Set(subscriptions)],
    description,
    active,
    disabled: null,
    paused,
    secrets,
    settings: changedSettings({}, { ...input }),
    credentials: credentials.seal(changedCredentials({}, { ...input })),
    createdAt: now,
    updatedAt: now,
  };
}

/** What a change makes of a webhook as it is. Made active or inactive by a person it is disabled no more. */
export function webhookPatch(
  before: WebhookRecord,
  change: WebhookChange,
  now: number,
  credentials: CredentialKeeper,
): WebhookPatch {
  const { url, subscriptions, description, active, paused } = change;
  const changes = { ...change };
  return {
    ...(url !== undefined && { url }),
    ...(subscriptions !== undefined && { subscriptions: [...new Set(subscriptions)] }),
    ...(description !== undefined && { description }),
    ...(active !== undefined && { active, disabled: null }),
    ...(paused !== undefined && { paused }),
    settings: changedSettings(before.settings, changes),
    credentials: resealed(before.credentials, changes, credentials),
    updatedAt: now,
  };
}

/** What did not change is not sealed anew: then it could not be told from what did. */
function resealed(
  sealed: string | null,
  changes: Readonly<Record<string, unknown>>,
  credentials: CredentialKeeper,
): string | null {
  const before = credentials.open(sealed);
  const after = changedCredentials(before, changes);
  return JSON.stringify(after) === JSON.stringify(before) ? sealed : credentials.seal(after);
}

/** A webhook as it may be shown. */
export function shownWebhook(record: WebhookRecord, credentials: CredentialKeeper): Webhook {
  const { secrets: _, credentials: sealed, settings, ...rest } = record;
  return { ...rest, ...(settings as WebhookSettings), ...summaryOf(credentials.open(sealed)) };
}
