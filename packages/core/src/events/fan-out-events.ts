import type { ListenerRegistry } from '../listeners/listener-registry.js';
import { type RunRecord, runId } from '../listeners/run.js';
import type { OwedDeliveries, OwedDelivery, WebhookListener } from '../listeners/webhook-listener.js';
import { CLOCK_MARGIN_MS, type Clock } from '../ports/clock.js';
import type { ClaimedDelivery, ClaimedRun, EventStore, FanOut } from '../ports/store.js';
import type { Lease } from '../worker/claims.js';
import type { HandOver } from '../worker/hand-over.js';
import type { OwnWork } from '../worker/own-work.js';
import type { EventRecord } from './event.js';
import type { EventsInHand } from './events-in-hand.js';

/** So many rows go into one write: an account may have thousands of webhooks. */
const MAX_OWED = 2_000;
/** Where webhooks change faster than they are read, what was read just now is good enough. */
const MAX_STALE_READS = 2;

export interface FanOutDeps {
  readonly events: EventStore;
  readonly inHand: EventsInHand;
  readonly listeners: ListenerRegistry;
  readonly webhookListener: WebhookListener;
  readonly ownDeliveries: OwnWork<ClaimedDelivery>;
  readonly ownRuns: OwnWork<ClaimedRun>;
  readonly handOver: HandOver;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly newLease: () => string;
}

/** `unclaimed`: they are committed, most likely, and leased by nobody; the store knows. */
export type Standing = 'claimed' | 'unclaimed';

/**
 * The story of a batch of events: who wants them → store what is owed and that they were fanned out, in one write →
 * begin here what there is room for → hand over the rest.
 */
export async function fanOutEvents(
  deps: FanOutDeps,
  events: readonly EventRecord[],
  standing: Standing,
  staleReads = 0,
): Promise<void> {
  const now = deps.clock.now();
  const taking = standing === 'unclaimed' ? { unclaimedAt: now } : {};
  const owed = await deps.webhookListener.owedFor(events, now);
  for (let rest = events; rest.length > 0; ) {
    const owingOf = (event: EventRecord) => ({ deliveries: owed.of(event), runs: runsOf(deps, event, now) });
    const part = gather(rest, await nextSize(deps, rest, owed), owingOf);
    const webhookVersion = staleReads < MAX_STALE_READS ? owed.webhookVersion : null;
    const isStored = await storeAndBegin(deps, part, { webhookVersion, ...taking });
    if (!isStored) {
      deps.webhookListener.forget();
      return fanOutEvents(deps, rest, standing, staleReads + 1);
    }
    rest = rest.slice(part.eventIds.length);
  }
}

interface OwedRun {
  readonly record: RunRecord;
  readonly event: EventRecord;
}

interface Owing {
  readonly deliveries: readonly OwedDelivery[];
  readonly runs: readonly OwedRun[];
}

interface Part extends Owing {
  readonly eventIds: readonly string[];
}

/** How many rows the next write may have. */
async function nextSize(
  { inHand, ownDeliveries }: FanOutDeps,
  events: readonly EventRecord[],
  owed: OwedDeliveries,
): Promise<number> {
  const count = events.reduce((sum, event) => sum + owed.countOf(event), 0);
  const backlog = (count * Math.max(inHand.size, events.length)) / events.length;
  return count === 0 ? MAX_OWED : Math.min(MAX_OWED, await ownDeliveries.portionOf(count, backlog));
}

/** The first of the events, with all that they owe: one at least, and no more rows than these if there are more. */
function gather(
  events: readonly EventRecord[],
  maxOwed: number,
  owingOf: (event: EventRecord) => Owing,
): Part {
  const part = { eventIds: [] as string[], deliveries: [] as OwedDelivery[], runs: [] as OwedRun[] };
  for (const event of events) {
    const { deliveries, runs } = owingOf(event);
    const count = part.deliveries.length + part.runs.length + deliveries.length + runs.length;
    if (part.eventIds.length > 0 && count > maxOwed) break;
    part.eventIds.push(event.id);
    for (const delivery of deliveries) part.deliveries.push(delivery);
    for (const run of runs) part.runs.push(run);
  }
  return part;
}

/** False where the webhooks have changed, and nothing was stored. */
async function storeAndBegin(
  deps: FanOutDeps,
  { eventIds, deliveries, runs }: Part,
  conditions: Pick<FanOut, 'webhookVersion' | 'unclaimedAt'>,
): Promise<boolean> {
  const lease = { name: deps.newLease(), until: deps.clock.now() + deps.leaseMs };
  const kept = {
    deliveries: deps.ownDeliveries.keep(deliveries.length),
    runs: deps.ownRuns.keep(runs.length),
  };
  const owed = {
    deliveries: withLease(deliveries, kept.deliveries, lease),
    runs: withLease(runs, kept.runs, lease),
  };
  const fannedOut = await deps.events
    .settle({ eventIds, ...owed, ...conditions, leasedUntil: lease.until })
    .catch((error) => {
      deps.ownDeliveries.abandon(idsOf(deliveries.slice(0, kept.deliveries)), lease, kept.deliveries);
      deps.ownRuns.abandon(idsOf(runs.slice(0, kept.runs)), lease, kept.runs);
      throw error;
    });
  const own = new Set(fannedOut.kind === 'stored' ? fannedOut.claimedIds : []);
  deps.ownDeliveries.begin(toClaimedDeliveries(deliveries, own), lease, kept.deliveries);
  deps.ownRuns.begin(toClaimedRuns(runs, own), lease, kept.runs);
  if (fannedOut.kind === 'stale') return false;
  deps.handOver([
    ...idsOf(deliveries.slice(kept.deliveries)).map((id) => ({ kind: 'delivery', id }) as const),
    ...idsOf(runs.slice(kept.runs)).map((id) => ({ kind: 'run', id }) as const),
  ]);
  return true;
}

function idsOf(owed: readonly { readonly record: { readonly id: string } }[]): readonly string[] {
  return owed.map(({ record }) => record.id);
}

/** The first of them are for this process. */
function withLease<Item extends object>(
  owed: readonly { readonly record: Item }[],
  kept: number,
  { name }: Lease,
): readonly (Item & { readonly lease: string | null })[] {
  return owed.map(({ record }, index) => ({ ...record, lease: index < kept ? name : null }));
}

function toClaimedDeliveries(
  owed: readonly OwedDelivery[],
  own: ReadonlySet<string>,
): readonly ClaimedDelivery[] {
  return owed
    .filter(({ record }) => own.has(record.id))
    .map(({ record, webhook, event }) => ({
      delivery: { ...record, state: 'delivering' },
      payload: event.payload,
      webhook,
    }));
}

function toClaimedRuns(owed: readonly OwedRun[], own: ReadonlySet<string>): readonly ClaimedRun[] {
  return owed
    .filter(({ record }) => own.has(record.id))
    .map(({ record, event }) => ({ run: { ...record, state: 'running' }, event }));
}

function runsOf({ listeners }: FanOutDeps, event: EventRecord, now: number): readonly OwedRun[] {
  return listeners.wanting(event, 'async').map(({ name }) => ({
    event,
    record: {
      id: runId(event.id, name),
      eventId: event.id,
      listener: name,
      state: 'pending',
      attemptCount: 0,
      nextAttemptAt: now - CLOCK_MARGIN_MS,
      lastError: null,
      createdAt: now,
      finalizedAt: null,
    },
  }));
}
