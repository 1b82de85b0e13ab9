import { refuseMisspelt } from './check-options.js';
import { DeliveryService } from './delivery/delivery-service.js';
import { standardRetry, toPolicy } from './delivery/retry-policy.js';
import { WebhookService } from './delivery/webhook-service.js';
import { HooklineError } from './errors.js';
import { dispatchAllEvents, dispatchEvent, dispatchTransient } from './events/dispatch-event.js';
import { checkAllNames, checkDispatchNames } from './events/dispatch-options.js';
import type { Event } from './events/event.js';
import { isEventType } from './events/event-name.js';
import { matchesPattern } from './events/event-pattern.js';
import { EventService } from './events/event-service.js';
import type { AnyRegistry } from './events/event-types.js';
import type { DispatchAllOptions, DispatchOptions, NewEvent } from './events/new-event.js';
import { isReserved, type OperationalEvents } from './events/operational-events.js';
import type {
  AnyHub,
  Exhausted,
  Extension,
  InboundResult,
  ListenOptions,
  StartOptions,
  TransactionalOptions,
} from './hub.js';
import type { HubParts } from './hub-parts.js';
import { handleInbound } from './inbound/handle-inbound.js';
import { ReceiptService } from './inbound/receipt-service.js';
import type { RejectedRequest } from './inbound/rejection.js';
import type { AnySource, RequestInput } from './inbound/source.js';
import { LifeCycle } from './life-cycle.js';
import { Listener, type ListenerContext } from './listeners/listener.js';
import {
  assertLane,
  assertStored,
  classListener,
  functionListener,
  misspeltMethods,
} from './listeners/listener-registry.js';
import type { Feed, FeedHandle } from './ports/feed.js';
import type { Logger } from './ports/logger.js';
import type { Reconciled, ReconcileOptions, RowSource } from './ports/row-source.js';
import type { Quarantine } from './quarantine/quarantine.js';
import { checkReconcile } from './rows/check-reconcile.js';

const LISTEN_OPTIONS = ['lane', 'name', 'retry', 'transaction', 'order'];

/** The hub: a face over its parts. */
export class AssembledHub implements AnyHub {
  readonly registry: AnyRegistry;
  readonly logger: Logger;
  readonly webhooks: WebhookService;
  readonly deliveries: DeliveryService;
  readonly events: EventService;
  readonly receipts: ReceiptService;
  readonly #parts: HubParts;
  readonly #sources = new Map<string, AnySource>();
  readonly #life: LifeCycle;

  constructor(parts: HubParts) {
    const { registry, logger, store, clock, handOver, eventViews } = parts;
    const life = new LifeCycle(parts);
    const { quarantine } = parts;
    const lifeCycle = { ready: () => life.openStore(), start: () => life.start() };
    // for what a person asks to be sent now
    const sending = { ...lifeCycle, start: () => life.start().then(() => quarantine.refuse()) };
    this.#parts = parts;
    this.#life = life;
    this.registry = registry;
    this.logger = logger;
    this.webhooks = new WebhookService({ ...parts, ...sending });
    const { deliveries, webhooks } = store;
    this.deliveries = new DeliveryService({ deliveries, webhooks, handOver, clock, ...sending });
    this.events = new EventService(store, { clock, eventViews, ready: lifeCycle.ready });
    const { receipts } = store;
    this.receipts = new ReceiptService({ ...parts, receipts, sources: this.#sources, ...lifeCycle });
  }

  get quarantine(): Quarantine {
    return this.#parts.quarantine;
  }

  get eventTypes() {
    return this.registry.types;
  }

  get sources(): ReadonlyMap<string, AnySource> {
    return this.#sources;
  }

  async dispatch(type: string, data: unknown, options: DispatchOptions = {}): Promise<Event> {
    if (this.#life.isClosed) throw new HooklineError('HUB_CLOSED');
    checkDispatchNames(options);
    const { registry, store, dispatch } = this.#parts;
    if (registry.lookUp(type).transient) return dispatchTransient(dispatch, type, data, options);
    const { transaction = store.ambientTransaction?.() } = options;
    // the caller's transaction may hold the only connection of its pool, so nothing else is waited for inside it
    if (transaction) this.#life.startInBackground();
    else await this.start();
    return dispatchEvent(dispatch, type, data, options, transaction);
  }

  async dispatchAll(
    events: readonly NewEvent[],
    options: DispatchAllOptions = {},
  ): Promise<readonly Event[]> {
    if (this.#life.isClosed) throw new HooklineError('HUB_CLOSED');
    checkAllNames(options);
    const { store, dispatch } = this.#parts;
    const { transaction = store.ambientTransaction?.() } = options;
    if (transaction) this.#life.startInBackground();
    else await this.start();
    return dispatchAllEvents(dispatch, events, options, transaction);
  }

  addFeed(feed: Feed): FeedHandle {
    const handle = this.#parts.feeds.add(feed);
    const wake = (transaction?: unknown) => {
      // as the first dispatch does: what waits there is to go out
      if (!this.#life.isClosed) this.#life.startInBackground();
      handle.wake(transaction);
    };
    return { ...handle, wake };
  }

  addRows(rows: RowSource): () => void {
    return this.#parts.rows.add(rows);
  }

  async reconcile(model: object, options: ReconcileOptions = {}): Promise<Reconciled> {
    const rows = this.#parts.rows.of(model);
    checkReconcile(options);
    await this.start();
    return rows.reconcile(options, this.#parts.store);
  }

  on(
    pattern: string,
    handler: (event: Event, context: ListenerContext) => unknown,
    options: ListenOptions | TransactionalOptions = {},
  ): () => void {
    this.registry.assertPattern(pattern);
    const replacement = this.registry.replacementOf(pattern);
    if (replacement)
      this.logger.warn({ type: pattern, replacement }, 'a listener is on a deprecated event type');
    for (const option of Object.keys(options)) refuseMisspelt(option, LISTEN_OPTIONS, 'on().');
    const lane = options.lane ?? 'sync';
    const name = options.name ?? pattern;
    if (typeof handler !== 'function')
      throw invalidListener(name, `expected a function, got ${typeof handler}`);
    if (lane === 'async' && !options.name) {
      throw invalidListener(
        name,
        'the async lane keeps runs by the name of their listener: give it one, for good',
      );
    }
    assertLane(name, lane, options);
    if (lane === 'async') assertStored(name, pattern, this.registry);
    const retry =
      options.retry === undefined ? null : toPolicy(`retry of ${name}`, options.retry, standardRetry);
    const { transaction: isTransactional = false, order } = options;
    const isOrdered = order !== undefined;
    const handle = handler as (event: Event, context?: ListenerContext) => unknown;
    return this.#parts.listeners.add(
      functionListener(pattern, handle, { name, lane, retry, isTransactional, isOrdered }),
    );
  }

  onExhausted(
    pattern: string,
    handler: (exhausted: Exhausted) => unknown,
    options: ListenOptions = {},
  ): () => void {
    this.registry.assertPattern(pattern);
    const tell = async ({ data }: Event) => {
      const { deliveryId, eventId, eventType, webhook } =
        data as OperationalEvents['hookline.delivery.exhausted'];
      if (!matchesPattern(pattern, eventType)) return;
      const event = await this.events.get(eventId);
      const delivery = await this.deliveries.get(deliveryId);
      if (event && delivery) await handler({ event, delivery, webhook: await this.webhooks.get(webhook.id) });
    };
    // an async listener is to be named by the app, for good
    const name = options.lane === 'async' ? {} : { name: `exhausted ${pattern}` };
    return this.on('hookline.delivery.exhausted', tell, { ...name, ...options });
  }

  use(listener: Listener | Extension): () => void {
    if (!(listener instanceof Listener) && 'install' in listener) return listener.install(this);
    if (!('lane' in listener)) throw invalidListener('hub.use', 'expected a Listener or an extension');
    for (const { method, meant } of misspeltMethods(listener, this.registry)) {
      this.logger.warn(
        { listener: listener.name, method, meant },
        'a listener method is named after no event type',
      );
    }
    return this.#parts.listeners.add(classListener(listener, this.registry));
  }

  addSource(name: string, source: AnySource): void {
    if (!isEventType(name) || name.includes('.') || isReserved(name))
      throw new HooklineError('SOURCE_NAME_INVALID', { source: name });
    this.registry.openNamespace(name);
    const present = this.#sources.get(name);
    if (present !== undefined && present !== source)
      throw new HooklineError('SOURCE_NAME_TAKEN', { source: name });
    this.#sources.set(name, source);
  }

  /** Takes in a request for a source. Throws what the source's `verify` throws. */
  async receive(name: string, request: RequestInput): Promise<InboundResult> {
    const source = this.#sources.get(name);
    if (!source) throw new HooklineError('SOURCE_UNKNOWN', { source: name });
    await this.start();
    return handleInbound(this.#parts.inbound, name, source, request);
  }

  reject(name: string, request: RejectedRequest, error: HooklineError): void {
    this.#parts.rejections.note(this.#sources.has(name) ? name : null, request, error);
  }

  start(options?: StartOptions): Promise<void> {
    return this.#life.start(options);
  }

  drain(): Promise<void> {
    return this.#life.drain();
  }

  close(options?: { readonly timeoutMs?: number }): Promise<void> {
    return this.#life.close(options);
  }
}

function invalidListener(listener: string, problem: string): HooklineError {
  return new HooklineError('LISTENER_INVALID', { listener, problem });
}
