import type { Context } from './context/context.js';
import type { AttemptRecord } from './delivery/attempt.js';
import type { DeliveryRecord, DeliveryState } from './delivery/delivery.js';
import type { RetryPolicy } from './delivery/retry-policy.js';
import type { WebhookRecord } from './delivery/webhook.js';
import type { AccountId, Actor, Changes, Event, Subject, Visibility } from './events/event.js';
import type { EventTypeInfo } from './events/event-definition.js';
import type {
  AnyRegistry,
  DataInput,
  EventFor,
  ListenerMethods,
  PatternOf,
  TypeOf,
} from './events/event-types.js';
import type { InboundRequest, Source } from './inbound/source.js';
import type { Listener, ListenerLane } from './listeners/listener.js';
import type { Feed, FeedHandle } from './ports/feed.js';
import type { Logger } from './ports/logger.js';
import type { Reconciled, ReconcileOptions, RowSource } from './ports/row-source.js';
import type { Page } from './ports/store.js';
import type { Role } from './roles.js';

/** What an event has besides its type and data. What is left out comes from the context around the call. */
export interface EventOptions {
  /** The tenant the event belongs to. Default: that of the context, or else none; `null` for none in any case. */
  readonly account?: AccountId | null;
  /** What changed, for an update. */
  readonly changes?: Changes;
  readonly actor?: Actor;
  readonly subject?: Subject;
  /** The event from which this one follows: sets causation, correlation and depth. Default: the one whose listener dispatches it. */
  readonly cause?: Event;
  /** When it happened, in milliseconds since the Unix epoch. Default: now. */
  readonly timestamp?: number;
  /** In place of the context around the call. Throws OPTION_INVALID for what is none, as a wrong account or actor does. */
  readonly context?: Context;
  /** Marks an event that tells of a row as it was found, not of a change. */
  readonly snapshot?: true;
  /** Only this webhook is to have it; no listener hears of it. Default: whoever wants it. */
  readonly webhookId?: string;
}

export interface TransactionOptions {
  /**
   * The caller's transaction: the event exists if and only if it commits. Default: the one in Sequelize's CLS, where
   * the app uses that, or else none; `null` for none in any case. A transient event takes none.
   */
  readonly transaction?: unknown;
}

export type DispatchOptions = EventOptions & TransactionOptions;

/** An event to be, for `dispatchAll`. */
export interface NewEvent<Type extends string = string, Data = unknown> extends EventOptions {
  readonly type: Type;
  readonly data: Data;
}

/** Any new event of a registry. */
export type NewEventOf<R extends AnyRegistry> =
  string extends TypeOf<R>
    ? NewEvent
    : { [Type in TypeOf<R>]: NewEvent<Type, DataInput<R, Type>> }[TypeOf<R>];

export interface DispatchAllOptions extends TransactionOptions {
  /** Events of the same transaction, by their ids, in whose place these come: of them nothing is left. */
  readonly replacing?: readonly string[];
  /** The name of a table. Where the store records its changes by itself, by a trigger, these events are not stored. */
  readonly unlessCaptured?: string;
}

export interface ListenOptions {
  /**
   * `sync`: in the dispatching process, before `dispatch` resolves; with a transaction after its commit, in a
   * process that relays. At least once: again where the process died, or the lane lost patience with a listener.
   * `async`: in a worker, after that; as durable as the store, retried until it succeeds or is exhausted. Processes
   * that relay must have the listener, too: they owe it the event. Transient events come in the sync lane alone.
   * Default: `sync`.
   */
  readonly lane?: ListenerLane;
  /** Names the listener in the log. Must be given in the async lane, whose runs are stored by it: keep it over releases. Default: the pattern. */
  readonly name?: string;
  /** When its failed runs are tried again, in the async lane: a policy, or delays in milliseconds. Default: the hub's `listenerRetry`. */
  readonly retry?: RetryPolicy | readonly number[];
}

export interface StartOptions {
  /** What this process does. Default: what `createHub` was told. */
  readonly roles?: readonly Role[];
}

/** What `hub.use` takes besides a listener: something that installs itself, such as `broadcast(io)`. */
export interface Extension {
  /** Called once, by `hub.use`; the function it returns takes it out again. */
  install(hub: AnyHub): () => void;
}

/** A webhook as the API shows it: everything but its secrets. */
export type Webhook = Omit<WebhookRecord, 'secrets'>;

export interface NewWebhook {
  /** Absolute http(s) URL, without credentials. */
  readonly url: string;
  /** Event patterns, at least one. */
  readonly subscriptions: readonly string[];
  readonly accountId?: AccountId | null;
  readonly description?: string | null;
  /** Default true. */
  readonly active?: boolean;
  /** `whsec_` and the base64 of 24 to 64 bytes. Default: one is made. */
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

export type WebhookChange = Partial<Pick<NewWebhook, 'url' | 'subscriptions' | 'description' | 'active'>>;

/** Whose rows a call may touch: without `accountId` everyone's. */
export interface AccountScope {
  readonly accountId?: AccountId | null;
}

export type ListOptions = AccountScope & Partial<Page>;

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
  /** The secrets that sign now, newest first. Throws NOT_FOUND. */
  revealSecrets(id: string, scope?: AccountScope): Promise<readonly string[]>;
  /** Makes a new secret; the old one goes on signing beside it for `overlapMs` (default 24 h). Throws NOT_FOUND. */
  rotateSecret(id: string, options?: AccountScope & { readonly overlapMs?: number }): Promise<string>;
  /** Sends a `hookline.test` event to this webhook alone, signed like any other. Throws NOT_FOUND. */
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

/** What an accepted inbound request led to. */
export type InboundResult =
  | { readonly isNew: true; readonly receiptId: string; readonly eventId: string }
  /** The sender had sent it before: nothing was done again. */
  | { readonly isNew: false };

/** What every hub has, whatever its registry. */
interface HubBase {
  readonly logger: Logger;
  /** Every declared event type, for catalogues and forms. */
  readonly eventTypes: readonly EventTypeInfo[];
  readonly webhooks: Webhooks;
  readonly deliveries: Deliveries;
  readonly events: Events;

  /** Takes in a feed: what waits there becomes events, in every process that relays. */
  addFeed(feed: Feed): FeedHandle;
  /** Makes the rows of a model known. Answers the function that takes them out again. The ORM packages call it. */
  addRows(rows: RowSource): () => void;
  /**
   * Compares the rows of a bound model with the last `created`, `updated`, `restored` or `destroyed` event of each, and
   * dispatches what is missing: rows that were written where nothing could see it. Such events are marked `snapshot`,
   * are for everybody, and have no actor. Others may write meanwhile; nobody waits for more than a batch.
   *
   * It goes by the data that the binding makes of a row now, so data must depend on the row alone. What has no event is
   * taken for new: give `since` where retention has removed events of rows that are still there. What was erased is
   * passed over. Call it outside a transaction, and one at a time for a model: two would tell the same twice.
   *
   * Throws OPTION_INVALID: a model that is not bound, has no primary key, or for `since` keeps no `updatedAt`; a store
   * that is not on Sequelize.
   */
  reconcile(model: object, options?: ReconcileOptions): Promise<Reconciled>;

  /** Opens the namespace `<name>.*` for events of an inbound source. Called by the framework packages. Throws SOURCE_NAME_INVALID. */
  addSource(name: string, source: Source): void;
  readonly sources: ReadonlyMap<string, Source>;
  /**
   * Takes in a request for a source: verified, recorded once, dispatched as `<source>.<type>`. The framework
   * packages call it. Throws SOURCE_UNKNOWN and what the source's `verify` throws.
   */
  receive(source: string, request: InboundRequest): Promise<InboundResult>;

  /**
   * Opens the store and begins the work of this process: with `roles` as they say, else as `createHub` was told, which
   * is to relay and to deliver. Happens by itself with the first event to be stored or the first mounted route; call
   * it before them to choose roles or to fail early. A process without the role `web` stays alive until `close()`.
   *
   * Throws STORE_UNAVAILABLE, MIGRATION_PENDING, OPTION_INVALID, ROLES_FIXED.
   */
  start(options?: StartOptions): Promise<void>;
  /** Resolves when nothing is due any more that is this process's role: every event fanned out, every due delivery and run attempted. */
  drain(): Promise<void>;
  /**
   * Begins nothing more, lets what runs finish for up to `timeoutMs` (default 15 s), gives the rest back for others to
   * take at once, and closes what Hookline opened: the process then ends by itself. Idempotent; never rejects.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** The one object a program creates. */
export interface Hub<R extends AnyRegistry = AnyRegistry> extends HubBase {
  readonly registry: R;

  /**
   * Puts an event in. Resolves when it is stored (inside the given transaction, if any) and, without a
   * transaction, the sync listeners ran; a listener that fails never makes it reject. A transient event is not
   * stored, and begins no work: it resolves when the sync listeners of this process ran.
   *
   * Throws EVENT_TYPE_UNKNOWN, EVENT_DATA_INVALID, EVENT_TOO_LARGE, OPTION_INVALID (a transaction with a transient
   * event, too), HUB_CLOSED, and what the store throws.
   */
  dispatch<Type extends TypeOf<R>>(
    type: Type,
    data: DataInput<R, Type>,
    options?: DispatchOptions,
  ): Promise<EventFor<R, Type>>;

  /**
   * Puts many events in with one write per 500 of them, or per 4 MB: with a transaction all of them or none, as for
   * `dispatch`; without one each write is all or none. Answers them in the same order, before any listener heard of
   * them: a process that relays runs the sync ones. Throws what `dispatch` does, before anything is stored where an
   * event is not as it should be, and OPTION_INVALID for transient events.
   */
  dispatchAll(
    events: readonly NewEventOf<R>[],
    options?: DispatchAllOptions,
  ): Promise<readonly EventFor<R, TypeOf<R>>[]>;

  /** Listens with a function. Answers the function that takes it out again. Throws EVENT_TYPE_UNKNOWN, LISTENER_INVALID. */
  on<Pattern extends PatternOf<R>>(
    pattern: Pattern,
    handler: (event: EventFor<R, Pattern>) => unknown,
    options?: ListenOptions,
  ): () => void;

  /** Adds a listener or an extension. Answers the function that takes it out again. Throws LISTENER_INVALID. */
  use(listener: (Listener & ListenerMethods<R>) | Extension): () => void;
}

/** A hub whose event types are not known to the compiler: what extensions and framework packages work with. */
export interface AnyHub extends HubBase {
  readonly registry: AnyRegistry;
  dispatch(type: string, data: unknown, options?: DispatchOptions): Promise<Event>;
  dispatchAll(events: readonly NewEvent[], options?: DispatchAllOptions): Promise<readonly Event[]>;
  on(pattern: string, handler: (event: Event) => unknown, options?: ListenOptions): () => void;
  use(listener: Listener | Extension): () => void;
}
