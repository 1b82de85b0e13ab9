import { DeliveryService } from './delivery/delivery-service.js';
import type { UrlPolicy } from './delivery/guard-url.js';
import type { SecretKeeper } from './delivery/webhook-secrets.js';
import { WebhookService } from './delivery/webhook-service.js';
import { errorFields, HooklineError } from './errors.js';
import { type DispatchDeps, dispatchEvent } from './events/dispatch-event.js';
import type { Event } from './events/event.js';
import { isEventType } from './events/event-name.js';
import { EventService } from './events/event-service.js';
import type { AnyRegistry } from './events/event-types.js';
import type { Relay } from './events/relay.js';
import type { AnyHub, DispatchOptions, Extension, InboundResult, ListenOptions } from './hub.js';
import { handleInbound, type InboundDeps } from './inbound/handle-inbound.js';
import type { InboundRequest, Source } from './inbound/source.js';
import { Listener } from './listeners/listener.js';
import {
  classListener,
  functionListener,
  type ListenerRegistry,
  misspeltMethods,
} from './listeners/listener-registry.js';
import type { Limits } from './options.js';
import type { Clock } from './ports/clock.js';
import type { HttpClient } from './ports/http-client.js';
import type { IdGenerator } from './ports/id-generator.js';
import type { Logger } from './ports/logger.js';
import type { Queue } from './ports/queue.js';
import type { ClaimedDelivery, ClaimedRun, DeliveryResult, RunResult, Store } from './ports/store.js';
import type { Claims } from './worker/claims.js';
import type { Sweeper } from './worker/sweeper.js';
import type { Worker } from './worker/worker.js';

const DEFAULT_CLOSE_MS = 10_000;
const RELEASE_MS = 1_000;
const START_RETRY_MS = 1_000;

/** What `createHub` builds. */
export interface HubParts {
  readonly limits: Limits;
  readonly registry: AnyRegistry;
  readonly store: Store;
  readonly queue: Queue;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  readonly urlPolicy: UrlPolicy;
  readonly secrets: SecretKeeper;
  readonly listeners: ListenerRegistry;
  readonly deliveryClaims: Claims<ClaimedDelivery, DeliveryResult>;
  readonly runClaims: Claims<ClaimedRun, RunResult>;
  readonly relay: Relay;
  readonly sweeper: Sweeper;
  readonly worker: Worker;
  readonly dispatch: DispatchDeps;
  readonly inbound: InboundDeps;
}

/** The hub: a face over its parts, and their life cycle. */
export class AssembledHub implements AnyHub {
  readonly registry: AnyRegistry;
  readonly logger: Logger;
  readonly webhooks: WebhookService;
  readonly deliveries: DeliveryService;
  readonly events: EventService;
  readonly #parts: HubParts;
  readonly #sources = new Map<string, Source>();
  #started: Promise<void> | null = null;
  #opened: Promise<void> | null = null;
  #retrying = false;
  #closed: Promise<void> | null = null;

  constructor(parts: HubParts) {
    const { registry, logger, store, queue, clock, limits } = parts;
    const lifeCycle = { ready: () => this.#openStore(), start: () => this.start() };
    this.#parts = parts;
    this.registry = registry;
    this.logger = logger;
    this.webhooks = new WebhookService({ ...parts, ...lifeCycle, maxPayloadBytes: limits.maxPayloadBytes });
    const { deliveries, webhooks } = store;
    this.deliveries = new DeliveryService({ deliveries, webhooks, queue, clock, ...lifeCycle });
    this.events = new EventService(store.events, lifeCycle.ready);
  }

  get eventTypes() {
    return this.registry.types;
  }

  get sources(): ReadonlyMap<string, Source> {
    return this.#sources;
  }

  async dispatch(type: string, data: unknown, options: DispatchOptions = {}): Promise<Event> {
    if (this.#closed) throw new HooklineError('HUB_CLOSED');
    const { transaction = this.#parts.store.ambientTransaction?.() } = options;
    // the caller's transaction may hold the only connection of its pool, so nothing else is waited for inside it
    if (transaction) this.#startInBackground();
    else await this.start();
    return dispatchEvent(this.#parts.dispatch, type, data, { ...options, transaction });
  }

  on(pattern: string, handler: (event: Event) => unknown, options: ListenOptions = {}): () => void {
    this.registry.assertPattern(pattern);
    const replacement = this.registry.replacementOf(pattern);
    if (replacement)
      this.logger.warn({ type: pattern, replacement }, 'a listener is on a deprecated event type');
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
    return this.#parts.listeners.add(functionListener(pattern, handler, { name, lane }));
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

  addSource(name: string, source: Source): void {
    if (!isEventType(name) || name.includes('.'))
      throw new HooklineError('SOURCE_NAME_INVALID', { source: name });
    this.registry.openNamespace(name);
    this.#sources.set(name, source);
  }

  /** Takes in a request for a source. Throws what the source's `verify` throws. */
  async receive(name: string, request: InboundRequest): Promise<InboundResult> {
    const source = this.#sources.get(name);
    if (!source) throw new HooklineError('SOURCE_UNKNOWN', { source: name });
    await this.start();
    return handleInbound(this.#parts.inbound, name, source, request);
  }

  start(): Promise<void> {
    if (this.#closed) return Promise.reject(new HooklineError('HUB_CLOSED'));
    this.#started ??= this.#startWork().catch((error) => {
      this.#started = null;
      this.#retryLater();
      throw error;
    });
    return this.#started;
  }

  #startInBackground(): void {
    this.start().catch((error) =>
      this.logger.error(errorFields(error), 'the hub could not start: it tries again'),
    );
  }

  /** What is committed must go out, also where the store was away when the hub was to start. */
  #retryLater(): void {
    if (this.#retrying || this.#closed) return;
    this.#retrying = true;
    this.#parts.clock.after(START_RETRY_MS, () => {
      this.#retrying = false;
      if (!this.#closed) this.#startInBackground();
    });
  }

  async drain(): Promise<void> {
    const { relay, sweeper, queue } = this.#parts;
    await this.start();
    for (let found = 1; found > 0; ) {
      await relay.idle();
      found = await sweeper.sweep();
      await relay.idle();
      await queue.idle();
    }
  }

  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#shutDown(options.timeoutMs ?? DEFAULT_CLOSE_MS);
    return this.#closed;
  }

  /** The store alone: looking into it begins no work, so listeners may still be added. */
  #openStore(): Promise<void> {
    if (this.#closed) return Promise.reject(new HooklineError('HUB_CLOSED'));
    this.#opened ??= this.#parts.store.open().catch((error) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #startWork(): Promise<void> {
    const { store, queue, sweeper, worker, logger } = this.#parts;
    await this.#openStore();
    if (this.#closed) throw new HooklineError('HUB_CLOSED');
    worker.start();
    sweeper.start();
    sweeper.wake();
    logger.info({ store: store.name, durable: store.durable, queue: queue.name }, 'hub started');
    if (!store.durable)
      logger.warn({ store: store.name }, 'events and webhooks are kept in memory: they end with the process');
  }

  /** Nothing new is handed out from the first moment on; what is in hand has until the deadline, then it is given back. */
  async #shutDown(timeoutMs: number): Promise<void> {
    const { relay, sweeper, queue, http, deliveryClaims, runClaims } = this.#parts;
    const isStarted = this.#started !== null;
    relay.stop();
    const finished = Promise.all([queue.close(), sweeper.stop(), relay.idle()]);
    try {
      if (isStarted) await withinTime(timeoutMs, finished);
      await withinTime(RELEASE_MS, Promise.all([deliveryClaims.releaseAll(), runClaims.releaseAll()]));
    } catch (error) {
      this.logger.error(errorFields(error), 'claims were not given back: they end by themselves');
    } finally {
      await http.close();
    }
    this.logger.info({}, 'hub closed');
  }
}

/** In real time, whatever clock the hub runs on: a shutdown has a deadline in the world outside. */
async function withinTime(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  try {
    await Promise.race([work, elapsed]);
  } finally {
    clearTimeout(timer);
  }
}

function invalidListener(listener: string, problem: string): HooklineError {
  return new HooklineError('LISTENER_INVALID', { listener, problem });
}
