import { assembleHealth, assembleWorkers } from './assemble-workers.js';
import { assembleWorld } from './assemble-world.js';
import { AssembledHub } from './assembled-hub.js';
import { checkHubOptions } from './check-options.js';
import { RequestAccess } from './delivery/request-access.js';
import { openRegistry } from './events/event-registry.js';
import type { AnyRegistry, OpenRegistry } from './events/event-types.js';
import { EventsInHand, renewInHand } from './events/events-in-hand.js';
import { Feeds } from './events/feeds.js';
import { Intake } from './events/intake.js';
import { Relay } from './events/relay.js';
import type { Hub } from './hub.js';
import type { HubParts } from './hub-parts.js';
import { Rejections } from './inbound/rejections.js';
import type { HubOptions } from './options.js';
import type { ClaimedDelivery, ClaimedRun } from './ports/work-store.js';
import { Retention } from './retention/prune-rows.js';
import { resolveRetention } from './retention/retention-policy.js';
import { RowSources } from './rows/row-sources.js';
import { SnapshotFeed } from './snapshots/send-snapshot.js';
import { groupedClaims } from './worker/claims.js';
import { LeaseKeeper } from './worker/lease-keeper.js';
import { Promoter } from './worker/promote-groups.js';
import { Sweeper } from './worker/sweeper.js';

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
  checkHubOptions(options);
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
  const promoters = {
    delivery: new Promoter({ ...world, kind: 'delivery', groups: store.deliveries }),
    run: new Promoter({ ...world, kind: 'run', groups: store.runs }),
  };
  const access = new RequestAccess(world);
  const health = assembleHealth(options, world, access);
  const rows = new RowSources();
  const { workers, ...ownWork } = assembleWorkers(options, world, claims, {
    ...health,
    promoters,
    access,
    rows,
    claiming: { leaseMs, newLease },
  });
  const inHand = new EventsInHand();
  const relay = new Relay({
    ...world,
    ...ownWork,
    promoters,
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
    promoters,
    intervalMs: limits.sweepIntervalMs,
  });
  const renewEvents = () => renewInHand(store.events, inHand, world.clock.now() + leaseMs);
  const renewSnapshot = () => snapshots.renew().then(() => 0);
  const renewals = [renewEvents, () => deliveryClaims.renewAll(), () => runClaims.renewAll(), renewSnapshot];
  const leaseKeeper = new LeaseKeeper({ ...world, leaseMs, renewals });
  const retention = new Retention({ ...world, policy: resolveRetention(options.retention) });
  const intake = new Intake({ ...world, relay, inHand, leaseMs });
  const dispatch = { ...world, intake };
  const entries = { dispatch, inbound: dispatch, replaying: { ...dispatch, events: store.events } };
  return {
    ...world,
    ...claims,
    promoters,
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
    rejections: new Rejections({ ...world, receipts: store.receipts }),
    ...entries,
  };
}

const deliveryIdOf = ({ delivery }: ClaimedDelivery) => delivery.id;
const runIdOf = ({ run }: ClaimedRun) => run.id;
