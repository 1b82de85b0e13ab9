import { consoleLogger } from './adapters/console-logger.js';
import { inProcessQueue } from './adapters/in-process-queue.js';
import { memoryStore } from './adapters/memory-store.js';
import { randomIdGenerator } from './adapters/random-id-generator.js';
import { systemClock } from './adapters/system-clock.js';
import { undiciHttpClient } from './adapters/undici-http-client.js';
import { AssembledHub, type HubParts } from './assembled-hub.js';
import { groupCalls } from './batching/group-calls.js';
import { type AttemptDeps, attemptDelivery } from './delivery/attempt-delivery.js';
import { type UrlPolicy, urlPolicy } from './delivery/guard-url.js';
import { polynomialRetry, standardRetry, toPolicy } from './delivery/retry-policy.js';
import { secretKeeper } from './delivery/webhook-secrets.js';
import { errorFields, HooklineError } from './errors.js';
import type { DispatchDeps } from './events/dispatch-event.js';
import type { EventRecord } from './events/event.js';
import { openRegistry } from './events/event-registry.js';
import type { AnyRegistry, OpenRegistry } from './events/event-types.js';
import { Relay } from './events/relay.js';
import type { Hub } from './hub.js';
import type { InboundDeps } from './inbound/handle-inbound.js';
import { ListenerRegistry } from './listeners/listener-registry.js';
import { attemptRun, type RunDeps } from './listeners/run-listener.js';
import { WebhookListener } from './listeners/webhook-listener.js';
import { type HubOptions, resolveLimits } from './options.js';
import type { Arrival, Store } from './ports/store.js';
import { createSecretBox } from './signing/secret-box.js';
import { groupedClaims } from './worker/claims.js';
import { Sweeper } from './worker/sweeper.js';
import { Worker } from './worker/worker.js';

const MAX_INSERT = 500;
/** What one INSERT carries at most, in characters of payload. */
const MAX_INSERT_CHARS = 4_000_000;

/**
 * Creates the one object of a program: event registry, dispatcher, listeners, webhooks.
 *
 * Works with nothing: events and webhooks then live in this process's memory. With a store they are as durable
 * as its database, and with a queue the work spreads over processes. Nothing is opened and no timer runs before
 * the first dispatch, mounted route or `start()`.
 *
 * Throws OPTION_INVALID, LISTENER_INVALID, ENCRYPTION_KEY_MISSING.
 *
 * @example
 * const hub = createHub({ events, store: sequelizeStore(sequelize) });
 * await hub.dispatch('message.created', { id: 1, text: 'hello' }, { account: 42 });
 */
export function createHub<R extends AnyRegistry = OpenRegistry>(options: HubOptions<R> = {}): Hub<R> {
  const parts = assemble(options as HubOptions, (options.events ?? openRegistry()) as AnyRegistry);
  const hub = new AssembledHub(parts);
  for (const listener of options.listeners ?? []) hub.use(listener);
  return hub as unknown as Hub<R>;
}

/** Builds every part once and ties them together: with its helpers the only place that knows them all. */
function assemble(options: HubOptions, registry: AnyRegistry): HubParts {
  const world = assembleWorld(options, registry);
  const { store, ids, clock, limits } = world;
  const claimOptions = { leaseMs: limits.leaseMs, newLease: () => ids.next('lse'), now: () => clock.now() };
  const claims = {
    deliveryClaims: groupedClaims(store.deliveries, ({ delivery }) => delivery.id, claimOptions),
    runClaims: groupedClaims(store.runs, ({ run }) => run.id, claimOptions),
  };
  const webhookListener = new WebhookListener(store.webhooks);
  const relay = new Relay({ ...world, ...claimOptions, events: store.events, webhookListener });
  const sweeper = new Sweeper({ ...world, relay, intervalMs: limits.sweepIntervalMs });
  const worker = new Worker({ ...world, ...limits, attempts: assembleAttempts(options, world, claims) });
  return { ...world, ...claims, relay, sweeper, worker, ...assembleEntries(world, relay, sweeper) };
}

type World = ReturnType<typeof assembleWorld>;
type ClaimParts = Pick<HubParts, 'deliveryClaims' | 'runClaims'>;

/** Ports, options and what everything else stands on. */
function assembleWorld(options: HubOptions, registry: AnyRegistry) {
  const limits = resolveLimits(options);
  const { clock = systemClock, logger = consoleLogger, random = Math.random } = options;
  const { store = memoryStore(), queue = inProcessQueue(clock), ids = randomIdGenerator(clock) } = options;
  refusePlainSecrets(store, options.encryptionKey);
  const urlPolicy = urlPolicyOf(options);
  const http = options.http ?? undiciHttpClient(urlPolicy, { connections: limits.concurrency });
  const secrets = secretKeeper(createSecretBox(options.encryptionKey ?? null));
  const onError =
    options.onListenerError ?? ((error: HooklineError) => logger.error(errorFields(error), error.message));
  const syncLane = { clock, logger, onError, patienceMs: limits.leaseMs / 4 };
  const listeners = new ListenerRegistry();
  const ports = { store, queue, http, clock, ids, logger, random };
  const { maxPayloadBytes } = limits;
  return { ...ports, registry, limits, maxPayloadBytes, urlPolicy, secrets, listeners, onError, syncLane };
}

/** What a worker does with a job. */
function assembleAttempts(options: HubOptions, world: World, { deliveryClaims, runClaims }: ClaimParts) {
  const { store, secrets, limits } = world;
  const attempt: AttemptDeps = {
    ...world,
    claims: deliveryClaims,
    webhooks: store.webhooks,
    retry: toPolicy('retry', options.retry, standardRetry),
    request: { timeoutMs: limits.timeoutMs, maxResponseBytes: limits.maxResponseBytes },
    signingKeys: secrets.signingKeys,
  };
  const retry = toPolicy('listenerRetry', options.listenerRetry, polynomialRetry);
  const run: RunDeps = { ...world, claims: runClaims, retry };
  return { delivery: (id: string) => attemptDelivery(attempt, id), run: (id: string) => attemptRun(run, id) };
}

/** The two ways in: a dispatch, and a request of a source. */
function assembleEntries(
  world: World,
  relay: Relay,
  sweeper: Sweeper,
): Pick<HubParts, 'dispatch' | 'inbound'> {
  const { store, clock, limits } = world;
  const leasedUntil = () => clock.now() + limits.leaseMs;
  const dispatch: DispatchDeps = {
    ...world,
    insert: groupedInsert(store, leasedUntil),
    accept: (event) => relay.accept(event),
    wake: () => sweeper.wake(),
  };
  const inbound: InboundDeps = {
    ...world,
    record: groupedRecord(store, leasedUntil),
    accept: (event) => relay.acceptUnheard(event),
  };
  return { dispatch, inbound };
}

function urlPolicyOf({ delivery = {} }: HubOptions): UrlPolicy {
  return urlPolicy({ httpsOnly: delivery.httpsOnly ?? false, allowAddresses: delivery.allowAddresses ?? [] });
}

function refusePlainSecrets(store: Store, encryptionKey: string | undefined): void {
  if (!store.durable || encryptionKey !== undefined || process.env.NODE_ENV !== 'production') return;
  throw new HooklineError('ENCRYPTION_KEY_MISSING');
}

/** Dispatches at the same time share one INSERT. */
function groupedInsert(store: Store, leasedUntil: () => number): (event: EventRecord) => Promise<void> {
  return groupCalls(
    async (events) => {
      await store.events.insert(events, { leasedUntil: leasedUntil() });
      return events.map(() => undefined);
    },
    { maxItems: MAX_INSERT, maxWeight: MAX_INSERT_CHARS, weigh: ({ payload }) => payload.length },
  );
}

function groupedRecord(store: Store, leasedUntil: () => number): (arrival: Arrival) => Promise<boolean> {
  return groupCalls((arrivals) => store.receipts.record(arrivals, { leasedUntil: leasedUntil() }), {
    maxItems: MAX_INSERT,
    maxWeight: MAX_INSERT_CHARS,
    weigh: ({ receipt, event }) => receipt.body.length + event.payload.length,
  });
}
