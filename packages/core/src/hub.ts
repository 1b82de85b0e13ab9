import type { DeliveryRecord } from './delivery/delivery.js';
import type { RetryPolicy } from './delivery/retry-policy.js';
import type { HooklineError } from './errors.js';
import type { Event } from './events/event.js';
import type { EventTypeInfo } from './events/event-definition.js';
import type {
  AnyRegistry,
  DataInput,
  EventFor,
  ListenerMethods,
  PatternOf,
  TypeOf,
} from './events/event-types.js';
import type { DispatchAllOptions, DispatchOptions, NewEvent, NewEventOf } from './events/new-event.js';
import type { OperationalEvent, OperationalType } from './events/operational-events.js';
import type { Deliveries, Events, Receipts, Webhook, Webhooks } from './hub-services.js';
import type { RejectedRequest } from './inbound/rejection.js';
import type { AnySource, RequestInput, VerifiedRequest } from './inbound/source.js';
import type { Listener, ListenerContext, ListenerLane } from './listeners/listener.js';
import type { Feed, FeedHandle } from './ports/feed.js';
import type { Logger } from './ports/logger.js';
import type { Reconciled, ReconcileOptions, RowSource } from './ports/row-source.js';
import type { ConfirmOptions, QuarantineReason } from './quarantine/quarantine.js';
import type { Role } from './roles.js';

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
  /**
   * `subject`: its runs for events of one account about one subject go one after the other, in the order in which the events
   * were stored, in the async lane. One that is to be tried again holds back those behind it until it has succeeded, is
   * exhausted or cancelled; waiting uses up no attempt. Runs about other subjects, and for events without one, wait for
   * none. Of what was owed before a listener had an order, nothing waits. Default: none.
   */
  readonly order?: 'subject';
  /** See `TransactionalOptions.transaction`. Default false. */
  readonly transaction?: false;
}

/** Of a listener that is to have happened once. */
export interface TransactionalOptions extends Omit<ListenOptions, 'transaction'> {
  readonly lane: 'async';
  readonly name: string;
  /**
   * The listener gets `{ transaction }` beside the event: what it writes through it, what it dispatches with it and the mark
   * that its run succeeded commit together or not at all. Where it throws, takes longer than `listenerTimeoutMs`, or its
   * process dies or loses the run to another, nothing of that stays, and the run is tried again. Whatever else it does
   * happens at least once. The transaction is READ COMMITTED, and takes a connection for as long as the listener runs; half
   * of the connections of a pool, at least one, are for such listeners.
   */
  readonly transaction: true;
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

/** What an accepted inbound request led to. */
export type InboundResult =
  | {
      readonly isNew: true;
      readonly webhook: VerifiedRequest;
      readonly receiptId: string;
      readonly eventId: string;
    }
  /** The sender had sent it before: nothing was done again. */
  | { readonly isNew: false; readonly webhook: VerifiedRequest };

export interface HubQuarantine {
  /** Known once the hub has started. */
  readonly isActive: boolean;
  /** Null where it is not active. */
  readonly reason: QuarantineReason | null;
  /** Says that the database is at home here: the work begins, in all processes within some seconds. Throws OPTION_INVALID, STORE_UNAVAILABLE. */
  confirm(options: ConfirmOptions): Promise<void>;
}

/** A delivery whose last attempt has failed. */
export interface Exhausted<E = Event> {
  readonly event: E;
  readonly delivery: DeliveryRecord;
  /** Null where it was deleted meanwhile. */
  readonly webhook: Webhook | null;
}

/** What every hub has, whatever its registry. */
interface HubBase {
  readonly logger: Logger;
  /** Every declared event type, for catalogues and forms. */
  readonly eventTypes: readonly EventTypeInfo[];
  readonly webhooks: Webhooks;
  readonly deliveries: Deliveries;
  readonly events: Events;
  readonly receipts: Receipts;
  /** Whether this hub sends nothing, since its database was copied from somewhere else; and how that ends. */
  readonly quarantine: HubQuarantine;

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

  /**
   * Opens the namespace `<name>.*` for events of an inbound source. Called by the framework packages: whatever they mount serves
   * all sources of the hub. Throws SOURCE_NAME_INVALID, SOURCE_NAME_TAKEN.
   */
  addSource(name: string, source: AnySource): void;
  readonly sources: ReadonlyMap<string, AnySource>;
  /**
   * Takes in a request for a source: verified, recorded once, dispatched as `<source>.<type>`. The framework
   * packages call it. Throws SOURCE_UNKNOWN and what the source's `verify` throws.
   */
  receive(source: string, request: RequestInput): Promise<InboundResult>;
  /** Notes that a request was refused: for the log and `receipts.rejections`, bounded. The framework packages call it. */
  reject(source: string, request: RejectedRequest, error: HooklineError): void;

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

  /** Listens in a transaction: see `TransactionalOptions.transaction`. */
  on<Pattern extends PatternOf<R>, Transaction = unknown>(
    pattern: Pattern,
    handler: (event: EventFor<R, Pattern>, context: ListenerContext<Transaction>) => unknown,
    options: TransactionalOptions,
  ): () => void;

  on<Type extends OperationalType, Transaction = unknown>(
    type: Type,
    handler: (event: OperationalEvent<Type>, context: ListenerContext<Transaction>) => unknown,
    options: TransactionalOptions,
  ): () => void;

  /** Listens with a function. Answers the function that takes it out again. Throws EVENT_TYPE_UNKNOWN, LISTENER_INVALID. */
  on<Pattern extends PatternOf<R>>(
    pattern: Pattern,
    handler: (event: EventFor<R, Pattern>) => unknown,
    options?: ListenOptions,
  ): () => void;

  /** Listens to what Hookline tells of its own work: webhooks disabled, deliveries exhausted... */
  on<Type extends OperationalType>(
    type: Type,
    handler: (event: OperationalEvent<Type>) => unknown,
    options?: ListenOptions,
  ): () => void;

  /**
   * Calls back when the last attempt of a delivery has failed whose event matches: with the delivery, its webhook and the
   * event. A listener on `hookline.delivery.exhausted`, with the options of one. Throws as `on` does.
   */
  onExhausted<Pattern extends PatternOf<R>>(
    pattern: Pattern,
    handler: (exhausted: Exhausted<EventFor<R, Pattern>>) => unknown,
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
  on<Transaction = unknown>(
    pattern: string,
    handler: (event: Event, context: ListenerContext<Transaction>) => unknown,
    options: TransactionalOptions,
  ): () => void;
  on(pattern: string, handler: (event: Event) => unknown, options?: ListenOptions): () => void;
  onExhausted(
    pattern: string,
    handler: (exhausted: Exhausted) => unknown,
    options?: ListenOptions,
  ): () => void;
  use(listener: Listener | Extension): () => void;
}
