import { turnOf } from '../delivery/group.js';
import { isDueAtOnce } from '../delivery/owe-delivery.js';
import type { ListenerRegistry } from '../listeners/listener-registry.js';
import { oweRun } from '../listeners/owe-run.js';
import type { RunRecord } from '../listeners/run.js';
import type { OwedDeliveries, OwedDelivery, WebhookListener } from '../listeners/webhook-listener.js';
import type { Clock } from '../ports/clock.js';
import type { Job } from '../ports/queue.js';
import type { EventStore, FanOut, Owed } from '../ports/store.js';
import type { ClaimedDelivery, ClaimedRun } from '../ports/work-store.js';
import type { Lease } from '../worker/claims.js';
import type { HandOver } from '../worker/hand-over.js';
import type { OwnWork } from '../worker/own-work.js';
import type { Promoters } from '../worker/promote-groups.js';
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
  readonly promoters: Promoters<'promote'>;
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

type OwedItem = OwedDelivery | OwedRun;

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
  { eventIds, ...owed }: Part,
  conditions: Pick<FanOut, 'webhookVersion' | 'unclaimedAt'>,
): Promise<boolean> {
  const lease = { name: deps.newLease(), until: deps.clock.now() + deps.leaseMs };
  const deliveries = share(owed.deliveries, deps.ownDeliveries, toClaimedDelivery, lease);
  const runs = share(owed.runs, deps.ownRuns, toClaimedRun, lease);
  const rows = { deliveries: deliveries.rows, runs: runs.rows };
  const fannedOut = await deps.events
    .settle({ eventIds, ...rows, ...conditions, leasedUntil: lease.until })
    .catch((error) => {
      deliveries.abandon();
      runs.abandon();
      throw error;
    });
  const claimedIds = new Set(fannedOut.kind === 'stored' ? fannedOut.claimedIds : []);
  deliveries.begin(claimedIds);
  runs.begin(claimedIds);
  if (fannedOut.kind === 'stale') return false;
  deps.handOver([...jobsOf('delivery', deliveries.othersIds), ...jobsOf('run', runs.othersIds)]);
  promoteGroups(deps, owed);
  return true;
}

function promoteGroups({ promoters }: FanOutDeps, { deliveries, runs }: Owing): void {
  const turns = deliveries.flatMap(({ record: { groupKey }, webhook }) =>
    groupKey === null ? [] : [turnOf(groupKey, webhook)],
  );
  const turnsOfRuns = runs.flatMap(({ record: { groupKey } }) =>
    groupKey === null ? [] : [turnOf(groupKey)],
  );
  if (turns.length > 0) void promoters.delivery.promote(turns);
  if (turnsOfRuns.length > 0) void promoters.run.promote(turnsOfRuns);
}

/** What is owed of one kind: as much of it as there are places for is this process's own, the first of it. */
interface Share<Item extends OwedItem> {
  readonly rows: readonly Owed<Item['record']>[];
  readonly othersIds: readonly string[];
  /** Begins what of its own was new to the store. */
  begin(claimedIds: ReadonlySet<string>): void;
  abandon(): void;
}

function share<Item extends OwedItem, Claimed>(
  owed: readonly Item[],
  work: OwnWork<Claimed>,
  toClaimed: (item: Item) => Claimed,
  lease: Lease,
): Share<Item> {
  const isDue = ({ record }: Item) => isDueAtOnce(record);
  const due = owed.filter(isDue);
  const kept = work.keep(due.length);
  const own = due.slice(0, kept);
  const others = due.slice(kept);
  const waiting = due.length === owed.length ? [] : owed.filter((item) => !isDue(item));
  const withLease = (name: string | null) => (item: Item) => ({
    lease: name,
    ...item.record,
  });
  return {
    rows: [...own.map(withLease(lease.name)), ...[...others, ...waiting].map(withLease(null))],
    othersIds: idsOf(others),
    begin: (claimedIds) => {
      const claimed = own.filter(({ record }) => claimedIds.has(record.id));
      work.begin(claimed.map(toClaimed), lease, kept);
    },
    abandon: () => work.abandon(idsOf(own), lease, kept),
  };
}

function idsOf(owed: readonly OwedItem[]): readonly string[] {
  return owed.map(({ record }) => record.id);
}

function jobsOf(kind: Job['kind'], ids: readonly string[]): readonly Job[] {
  return ids.map((id) => ({ kind, id }));
}

function toClaimedDelivery({ record, webhook, event }: OwedDelivery): ClaimedDelivery {
  const { payload, headers, depth } = event;
  return { delivery: { ...record, state: 'delivering' }, payload, headers, depth, order: null, webhook };
}

function toClaimedRun({ record, event }: OwedRun): ClaimedRun {
  return { run: { ...record, state: 'running' }, event };
}

function runsOf({ listeners }: FanOutDeps, event: EventRecord, now: number): readonly OwedRun[] {
  return listeners
    .wanting(event, 'async')
    .map((listener) => ({ event, record: oweRun(event, listener, now) }));
}
