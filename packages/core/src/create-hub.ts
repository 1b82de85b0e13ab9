import { consoleLogger } from './adapters/console-logger.js';
import { inProcessQueue } from './adapters/in-process-queue.js';
import { memoryStore } from './adapters/memory-store.js';
import { randomIdGenerator } from './adapters/random-id-generator.js';
import { systemClock } from './adapters/system-clock.js';
import { resolveProxy } from './adapters/undici/forward-proxy.js';
import { undiciHttpClient } from './adapters/undici-http-client.js';
import { AssembledHub } from './assembled-hub.js';
import type { AttemptDeps } from './delivery/attempt-delivery.js';
import { resolveCircuit } from './delivery/circuit.js';
import { type ClaimGroupDeps, groupClaimer } from './delivery/claim-group.js';
import { bodyComposer, type Composer } from './delivery/compose-body.js';
import { credentialKeeper } from './delivery/credential-keeper.js';
import { followChange } from './delivery/follow-change.js';
import { Gathering } from './delivery/gathering.js';
import { type UrlPolicy, urlPolicy } from './delivery/guard-url.js';
import { holder } from './delivery/hold-delivery.js';
import { Promoter } from './delivery/promote-groups.js';
import { readyDelivery } from './delivery/ready-delivery.js';
import { ReceiverGate } from './delivery/receiver-gate.js';
import { RequestAccess } from './delivery/request-access.js';
import { polynomialRetry, standardRetry, toPolicy } from './delivery/retry-policy.js';
import { turnTaker } from './delivery/take-turn.js';
import { WebhookCache } from './delivery/webhook-cache.js';
import { shownWebhook } from './delivery/webhook-input.js';
import { WebhookLanes } from './delivery/webhook-lanes.js';
import { secretKeeper } from './delivery/webhook-secrets.js';
import { errorFields, HooklineError } from './errors.js';
import { openRegistry } from './events/event-registry.js';
import type { AnyRegistry, OpenRegistry } from './events/event-types.js';
import { EventsInHand, renewInHand } from './events/events-in-hand.js';
import { Feeds } from './events/feeds.js';
import { Intake } from './events/intake.js';
import { announcer } from './events/operational-events.js';
import { Relay } from './events/relay.js';
import { resolveHealth } from './health/health-policy.js';
import { Prober } from './health/probe-webhooks.js';
import { disableGone, reportExhausted } from './health/report-exhausted.js';
import { WebhookHealth } from './health/webhook-health.js';
import type { Hub } from './hub.js';
import type { HubParts } from './hub-parts.js';
import { ListenerRegistry } from './listeners/listener-registry.js';
import { attemptRun, type RunDeps } from './listeners/run-listener.js';
import { WebhookListener } from './listeners/webhook-listener.js';
import { type HubOptions, resolveLimits } from './options.js';
import type { Store } from './ports/store.js';
import type { ClaimedDelivery, ClaimedRun } from './ports/work-store.js';
import { Quarantine, UNNAMED } from './quarantine/quarantine.js';
import { Retention } from './retention/prune-rows.js';
import { resolveRetention } from './retention/retention-policy.js';
import { Roles } from './roles.js';
import { RowSources } from './rows/row-sources.js';
import { createSecretBox } from './signing/secret-box.js';
import { SnapshotFeed } from './snapshots/send-snapshot.js';
import { groupedClaims } from './worker/claims.js';
import { handOverBy } from './worker/hand-over.js';
import { LeaseKeeper } from './worker/lease-keeper.js';
import { ownWorkOf } from './worker/own-work.js';
import { LEAVING_PER_PLACE } from './worker/places.js';
import { Sweeper } from './worker/sweeper.js';
import { Waker } from './worker/waker.js';
import { type WorkSource, workOf } from './worker/work-source.js';
import { Worker } from './worker/worker.js';
import { Workers } from './worker/workers.js';

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
  const { store, limits } = world;
  const { leaseMs } = limits;
  const newLease = () => world.ids.next('lse');
  const claimOptions = { leaseMs, newLease, clock: world.clock };
  const deliveryClaims = groupedClaims(store.deliveries, deliveryIdOf, claimOptions);
  const runClaims = groupedClaims(store.runs, runIdOf, claimOptions);
  const claims = { deliveryClaims, runClaims };
  const promoter = new Promoter({ ...world, deliveries: store.deliveries });
  const access = new RequestAccess({ ...world, timeoutMs: limits.timeoutMs });
  const health = assembleHealth(options, world, access);
  const rows = new RowSources();
  const { workers, ...ownWork } = assembleWorkers(options, world, claims, {
    ...health,
    promoter,
    access,
    rows,
    claiming: { leaseMs, newLease },
  });
  const inHand = new EventsInHand();
  const relay = new Relay({
    ...world,
    ...ownWork,
    promoter,
    inHand,
    leaseMs,
    newLease,
    events: store.events,
  });
  const feeds = new Feeds(world);
  const snapshots = new SnapshotFeed({ ...world, snapshots: store.snapshots, rows, leaseMs, newLease });
  feeds.add(snapshots);
  const sweeper = new Sweeper({
    ...world,
    relay,
    feeds,
    workers,
    promoter,
    intervalMs: limits.sweepIntervalMs,
  });
  const renewEvents = () => renewInHand(store.events, inHand, world.clock.now() + leaseMs);
  const renewSnapshot = () => snapshots.renew().then(() => 0);
  const renewals = [renewEvents, () => deliveryClaims.renewAll(), () => runClaims.renewAll(), renewSnapshot];
  const leaseKeeper = new LeaseKeeper({ ...world, leaseMs, renewals });
  const retention = new Retention({ ...world, policy: resolveRetention(options.retention) });
  const intake = new Intake({ ...world, relay, inHand, leaseMs });
  const entries = { dispatch: { ...world, intake }, inbound: { ...world, intake } };
  return {
    ...world,
    ...claims,
    workers,
    health: health.health,
    prober: health.prober,
    inHand,
    relay,
    feeds,
    rows,
    sweeper,
    leaseKeeper,
    retention,
    ...entries,
  };
}

const deliveryIdOf = ({ delivery }: ClaimedDelivery) => delivery.id;
const runIdOf = ({ run }: ClaimedRun) => run.id;

type World = ReturnType<typeof assembleWorld>;
type ClaimParts = Pick<HubParts, 'deliveryClaims' | 'runClaims'>;

/** Ports, options and what everything else stands on. */
function assembleWorld(options: HubOptions, registry: AnyRegistry) {
  const limits = resolveLimits(options);
  const { clock = systemClock, logger = consoleLogger, random = Math.random } = options;
  const { store = memoryStore(), queue = inProcessQueue(clock), ids = randomIdGenerator(clock) } = options;
  refusePlainSecrets(store, options.encryptionKey);
  const urlPolicy = urlPolicyOf(options);
  const http =
    options.http ??
    undiciHttpClient(urlPolicy, {
      connections: limits.concurrency * (1 + LEAVING_PER_PLACE),
      proxy: resolveProxy(options.delivery?.proxy),
    });
  const box = createSecretBox(options.encryptionKey ?? []);
  const secrets = secretKeeper(box);
  const credentials = credentialKeeper(box);
  const transforms = new Set(Object.keys(options.transforms ?? {}));
  const onError =
    options.onListenerError ?? ((error: HooklineError) => logger.error(errorFields(error), error.message));
  const syncLane = { clock, logger, onError, patienceMs: limits.leaseMs / 4 };
  const listeners = new ListenerRegistry();
  const webhookListener = new WebhookListener(new WebhookCache(store.webhooks));
  const roles = new Roles(options.roles, !store.durable);
  const quarantine = new Quarantine({ store, roles, clock, logger, environment: environmentOf(options) });
  const waker = new Waker({ wakeUps: store.wakeUps ?? null, roles, clock });
  const handOver = handOverBy({ queue, roles, waker });
  const ports = { store, queue, http, clock, ids, logger, random };
  const announce = announcer({ clock, ids });
  const following = { ...ports, deliveries: store.deliveries, health: store.health, waker };
  const onChanged: HubParts['onChanged'] = (before, after) => followChange(following, before, after);
  const { maxPayloadBytes } = limits;
  return {
    ...ports,
    ...{
      registry,
      limits,
      maxPayloadBytes,
      urlPolicy,
      secrets,
      credentials,
      transforms,
      onChanged,
      announce,
      quarantine,
    },
    ...{ listeners, webhookListener, onError, syncLane, roles, waker, handOver },
  };
}

/** Who looks after the health of webhooks. */
function assembleHealth(options: HubOptions, world: World, access: RequestAccess) {
  const { store, secrets, limits } = world;
  const policy = resolveHealth(options.health);
  const deps = { ...world, webhooks: store.webhooks, health: store.health };
  const health = policy && new WebhookHealth({ ...deps, policy });
  const request = { timeoutMs: limits.timeoutMs, maxResponseBytes: limits.maxResponseBytes };
  const prober = policy && new Prober({ ...deps, policy, access, request, signingKeys: secrets.signingKeys });
  const followers = [disableGone({ ...deps, policy }), ...(health ? [health] : [])];
  return { health, prober, followers };
}

function composerOf(options: HubOptions, world: World, rows: RowSources): Composer {
  const { store, clock, credentials, limits } = world;
  return bodyComposer({
    serialize: options.serialize ?? null,
    transforms: new Map(Object.entries(options.transforms ?? {})),
    rows,
    events: store.events,
    shown: (webhook) => shownWebhook(webhook, credentials),
    clock,
    timeoutMs: limits.timeoutMs,
  });
}

type HealthParts = ReturnType<typeof assembleHealth>;

/** A worker for each kind of work, and its side door for what this process stores itself. */
function assembleWorkers(
  options: HubOptions,
  world: World,
  { deliveryClaims, runClaims }: ClaimParts,
  parts: HealthParts & {
    readonly promoter: Promoter;
    readonly access: RequestAccess;
    readonly rows: RowSources;
    readonly claiming: Pick<ClaimGroupDeps, 'leaseMs' | 'newLease'>;
  },
) {
  const { store, secrets, limits, clock } = world;
  const lanes = new WebhookLanes(
    { ...world, circuit: resolveCircuit(options.delivery?.circuit) },
    limits.concurrency,
  );
  const takeTurn = turnTaker(store.deliveries, clock);
  const { promoter, access } = parts;
  const attempt: AttemptDeps = {
    ...world,
    claims: deliveryClaims,
    hold: holder(store.deliveries, clock),
    gathering: new Gathering(),
    claimGroup: groupClaimer({
      ...{ deliveries: store.deliveries, claims: deliveryClaims, clock },
      ...parts.claiming,
    }),
    gate: new ReceiverGate({ ...world, lanes, takeTurn, deliveries: store.deliveries }),
    composer: composerOf(options, world, parts.rows),
    access,
    reportAttempt: reportExhausted(world.announce),
    promoter,
    followers: [access, ...parts.followers],
    retry: toPolicy('retry', options.retry, standardRetry),
    clientErrors: limits.clientErrors,
    maxDepth: limits.maxDepth,
    request: { timeoutMs: limits.timeoutMs, maxResponseBytes: limits.maxResponseBytes },
    signingKeys: secrets.signingKeys,
  };
  const retry = toPolicy('listenerRetry', options.listenerRetry, polynomialRetry);
  const run: RunDeps = { ...world, claims: runClaims, retry, timeoutMs: limits.listenerTimeoutMs };
  const deliveries = workOf(deliveryClaims, readyDelivery(attempt, lanes));
  const runs = workOf(runClaims, (work) => ({
    ...{ id: work.run.id, lane: null, rank: 'first' },
    perform: () => attemptRun(run, work),
    putAside: () => runClaims.giveBack(work.run.id),
  }));
  const workerOf = (source: WorkSource) => new Worker({ ...world, source, places: limits.concurrency });
  const byKind = { delivery: workerOf(deliveries), run: workerOf(runs) };
  return {
    workers: new Workers(byKind),
    ownDeliveries: ownWorkOf(byKind.delivery, deliveries, world.roles),
    ownRuns: ownWorkOf(byKind.run, runs, world.roles),
  };
}

function urlPolicyOf({ delivery = {} }: HubOptions): UrlPolicy {
  return urlPolicy(delivery);
}

function environmentOf({ environment }: HubOptions): string {
  return environment ?? process.env.HOOKLINE_ENVIRONMENT ?? UNNAMED;
}

function refusePlainSecrets(store: Store, encryptionKey: HubOptions['encryptionKey']): void {
  if (!store.durable || (encryptionKey ?? []).length > 0 || process.env.NODE_ENV !== 'production') return;
  throw new HooklineError('ENCRYPTION_KEY_MISSING');
}
