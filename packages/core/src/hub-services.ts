import type { AttemptRecord } from './delivery/attempt.js';
import type { Credentials, CredentialsSummary } from './delivery/credentials.js';
import type { DeliveryRecord, DeliveryState } from './delivery/delivery.js';
import type { Filter } from './delivery/filter.js';
import type { WebhookRecord } from './delivery/webhook.js';
import type { WebhookSettings } from './delivery/webhook-settings.js';
import type { AccountId, Event, Subject, Visibility } from './events/event.js';
import type { ReceiptRecord, ReceiptSummary } from './inbound/receipt.js';
import type { RejectionRecord } from './inbound/rejection.js';
import type { Page, ReceiptQuery } from './ports/store.js';

/** A webhook as the API shows it: its settings beside its other fields, of its credentials what is no secret. */
export type Webhook = Omit<WebhookRecord, 'secrets' | 'settings' | 'credentials'> &
  WebhookSettings &
  CredentialsSummary;

export interface NewWebhook extends WebhookSettings, Credentials {
  /** Absolute http(s) URL, without credentials. */
  readonly url: string;
  /** Event patterns, at least one. */
  readonly subscriptions: readonly string[];
  readonly accountId?: AccountId | null;
  readonly description?: string | null;
  /** Default true. */
  readonly active?: boolean;
  /** Default false. */
  readonly paused?: boolean;
  /** `v1` signs by HMAC-SHA256 with a shared secret, `v1a` by Ed25519 with a key that is never given out. Default `v1`. */
  readonly signature?: 'v1' | 'v1a';
  /**
   * `whsec_` and the base64 of 24 to 64 bytes, or for `v1a` `whsk_` and that of an Ed25519 key. With the profile `github`,
   * `stripe` or `chatwoot` any printable text of 8 to 256 characters. Default: one is made.
   */
  readonly secret?: string;
  /**
   * Bound models, by their names, whose rows it is to be told of as they are: one event per row of its account, of the
   * type that the binding has for `created`, or else for `updated`, marked `snapshot`, for this webhook alone. They come
   * page by page beside the live events, and no change is missed in between: of all events about a row the one with the
   * latest `timestamp` says how it is, and of two with the same the one without `snapshot`. Each row at least once.
   * While the webhook is inactive it waits, and goes on where it was. Default: none.
   */
  readonly snapshot?: readonly string[];
}

/** What is left out stays; null takes a setting or a credential out. */
export type WebhookChange = Partial<
  Pick<NewWebhook, 'url' | 'subscriptions' | 'description' | 'active' | 'paused'>
> &
  Clearable<WebhookSettings & Credentials>;

type Clearable<Fields> = { readonly [Name in keyof Fields]?: Fields[Name] | null };

export interface RotationOptions {
  /** How long the old secret signs as well, in milliseconds, 0 to 7 days. Default 24 hours. */
  readonly overlapMs?: number;
  /** The new secret, as `NewWebhook.secret` may be. Default: one is made. */
  readonly secret?: string;
  /** How the new secret signs, where one is made. Default: as the one before it. */
  readonly signature?: 'v1' | 'v1a';
}

/** Whose rows a call may touch: without `accountId` everyone's. */
export interface AccountScope {
  readonly accountId?: AccountId | null;
}

export type ListOptions = AccountScope & Partial<Page>;

/** A filter, and the event to try it on: as it would be sent, or by the id of one that is stored. */
export interface FilterTest {
  readonly filter: Filter;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly eventId?: string;
}

export interface Webhooks {
  /**
   * The secret is shown here, by `revealSecrets` and by `rotateSecret`, and nowhere else. Throws VALIDATION_FAILED, also
   * for a `snapshot` of a model whose rows its subscriptions do not take in.
   */
  create(input: NewWebhook): Promise<{ readonly webhook: Webhook; readonly secret: string }>;
  get(id: string, scope?: AccountScope): Promise<Webhook | null>;
  list(options?: ListOptions): Promise<readonly Webhook[]>;
  /** Throws NOT_FOUND, VALIDATION_FAILED. */
  update(id: string, change: WebhookChange, scope?: AccountScope): Promise<Webhook>;
  /** Deliveries still owed are cancelled when they come due. Throws NOT_FOUND. */
  delete(id: string, scope?: AccountScope): Promise<void>;
  /** What receivers verify with now, newest first: secrets, and of pairs of keys the public ones. Throws NOT_FOUND. */
  revealSecrets(id: string, scope?: AccountScope): Promise<readonly string[]>;
  /**
   * Makes a new secret; the old one goes on signing beside it for a while. Answers what the receiver verifies with: the
   * secret, or for `v1a` the public key. Throws NOT_FOUND, VALIDATION_FAILED.
   */
  rotateSecret(id: string, options?: AccountScope & RotationOptions): Promise<string>;
  /**
   * Seals the secrets and credentials of all webhooks anew that are not sealed under the first `encryptionKey`. Answers of
   * how many webhooks. Throws SECRET_UNREADABLE.
   */
  reseal(): Promise<number>;
  /** Holds its deliveries from now on. Idempotent. Throws NOT_FOUND. */
  pause(id: string, scope?: AccountScope): Promise<Webhook>;
  /** What was held becomes due. Idempotent. Throws NOT_FOUND. */
  resume(id: string, scope?: AccountScope): Promise<Webhook>;
  /**
   * Whether an event matches a filter. With an account in the scope only events that its webhooks could have are found, and
   * what it may see of them is judged; without one all of them are, whole. Throws VALIDATION_FAILED, NOT_FOUND,
   * TRANSFORM_FAILED.
   */
  testFilter(test: FilterTest, scope?: AccountScope): Promise<{ readonly matches: boolean }>;
  /**
   * Sends a `hookline.test` event to this webhook alone, signed like any other: at once, also where it is paused, inactive
   * or disabled, so that it can be tried before it is taken into service. Only further attempts, where that one fails, wait
   * for its state. Throws NOT_FOUND, QUARANTINED.
   */
  test(id: string, scope?: AccountScope): Promise<DeliveryRecord>;
}

export interface Deliveries {
  get(id: string, scope?: AccountScope): Promise<DeliveryRecord | null>;
  list(
    options?: ListOptions & {
      readonly state?: DeliveryState;
      readonly webhookId?: string;
      readonly eventId?: string;
      readonly eventType?: string;
    },
  ): Promise<readonly DeliveryRecord[]>;
  attempts(id: string, scope?: AccountScope): Promise<readonly AttemptRecord[]>;
  /**
   * One more attempt, now. It uses up nothing of the retry schedule. Throws NOT_FOUND, and STATE_CONFLICT while
   * an attempt is due or running, and WEBHOOK_INACTIVE, and EVENT_ERASED.
   */
  redeliver(id: string, scope?: AccountScope): Promise<DeliveryRecord>;
}

export interface EventFilter {
  readonly type?: string;
  readonly subject?: Subject;
  /** Default: both. */
  readonly visibility?: Visibility;
}

/** An event with all that it owed to webhooks. */
export interface EventWithDeliveries {
  readonly event: Event;
  readonly deliveries: readonly DeliveryRecord[];
}

export interface Events {
  get(id: string, scope?: AccountScope & Pick<EventFilter, 'visibility'>): Promise<Event | null>;
  list(options?: ListOptions & EventFilter): Promise<readonly Event[]>;
  /**
   * What an account may see of an event, by the hub's `serialize`; null: nothing. The admin API asks it for callers that are
   * bound to an account; what the methods here answer is whole. Throws TRANSFORM_FAILED.
   */
  seenBy(accountId: AccountId | null, event: Event): Promise<Event | null>;
  /**
   * All that happened to a record, newest first, each event with its deliveries: of a row of a bound model, or of any
   * subject. Throws VALIDATION_FAILED for what is neither.
   */
  of(
    subject: Subject | object,
    options?: ListOptions & Omit<EventFilter, 'subject'>,
  ): Promise<readonly EventWithDeliveries[]>;
  /**
   * Takes the content out of an event for good: its data, changes, actor and subject; what receivers answered to
   * it, errors of listeners, the request it came in by. That it took place, when and of which type stays, and so
   * do the columns of its subject, by which it is found. What is still owed is cancelled; an attempt under way is
   * not called back. Idempotent. Throws NOT_FOUND.
   */
  erase(id: string, scope?: AccountScope): Promise<void>;
  /**
   * The same for all events with this `subject`. Answers how many there are. Events that only mention it in their
   * data are not found. Throws VALIDATION_FAILED for a subject that no event can have.
   */
  eraseSubject(subject: Subject, scope?: AccountScope): Promise<number>;
}

/** Of which source, and which page: see `ListOptions`. */
export type ReceiptListOptions = Partial<ReceiptQuery>;

/** Inbound requests that were accepted, and counts of those that were refused. They belong to no account. */
export interface Receipts {
  get(id: string): Promise<ReceiptRecord | null>;
  /** Newest first, without headers and body. Throws VALIDATION_FAILED for a limit outside 1 to 250. */
  list(options?: ReceiptListOptions): Promise<readonly ReceiptSummary[]>;
  /**
   * Dispatches a request again, as a new event with a time of its own that follows from the first one: its `causationId` is
   * that event, its `requestId` the receipt, its account the first one's. What it means is read anew by the source that is
   * mounted under that name, so a change of its options shows; where none is, the first event is copied. No signature is
   * checked: that was done when the request came. Each call makes one more event.
   *
   * Throws NOT_FOUND, EVENT_ERASED, RECEIPT_UNREADABLE where the first event and the source are gone, EVENT_TOO_LARGE, and
   * what the source's `read` throws.
   */
  replay(id: string): Promise<Event>;
  /**
   * Requests that were refused, counted by source, reason and hour, the latest hour first. What other processes refused shows
   * within seconds. Throws VALIDATION_FAILED for a limit outside 1 to 250.
   */
  rejections(options?: ReceiptListOptions): Promise<readonly RejectionRecord[]>;
}
