import { errorFields } from '../errors.js';
import { type BuildDeps, buildNewEvent } from '../events/dispatch-event.js';
import type { EventRecord, Subject } from '../events/event.js';
import type { NewEvent } from '../events/new-event.js';
import type { Feed } from '../ports/feed.js';
import type { Logger } from '../ports/logger.js';
import type { RowPage, RowSource } from '../ports/row-source.js';
import type { SnapshotRecord, SnapshotStore } from '../ports/snapshot-store.js';
import type { HeldClaim } from '../ports/work-store.js';
import type { RowSources } from '../rows/row-sources.js';

/** So many rows of a model are under way to a webhook at a time. */
const MAX_ROWS = 500;
/** What one page carries at most, in characters of payload, as long as it has more than one row. */
const MAX_CHARS = 4_000_000;

export interface SnapshotDeps extends BuildDeps {
  readonly snapshots: SnapshotStore;
  readonly rows: RowSources;
  readonly logger: Logger;
  readonly leaseMs: number;
  readonly newLease: () => string;
}

/**
 * Tells new webhooks of the rows that were there before them, a page per pull.
 *
 * Nothing is missed in between, and of all that a receiver gets about a row the latest is how the row is:
 *
 * 1. A snapshot is stored together with its webhook. It begins when somebody has seen both: at that instant live
 *    events flow, for whoever fans events out notices that the webhooks have changed. A change whose event passed the
 *    webhook by was committed before, and is in the rows.
 * 2. All events of a snapshot bear the instant at which it began, and the first page is read when the transactions
 *    that were open then have ended. So a change that is not in the rows as they are read has an event of its own, and
 *    a later timestamp; where it was in the same millisecond, the event without `snapshot` is the later one.
 * 3. Pages go by key. A row that is added behind the position is not read, but it has its own event.
 *
 * A page and the new position are stored in one transaction, by whoever still has the lease: after a crash the page is
 * read again, and none is stored twice.
 */
export class SnapshotFeed implements Feed {
  readonly name = 'snapshots';
  readonly #deps: SnapshotDeps;
  /** The one whose page is under way. */
  #inHand: HeldClaim | null = null;

  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
  }

  pull(): Promise<number> {
    const hold = (claim: HeldClaim | null) => {
      this.#inHand = claim;
    };
    return sendPage(this.#deps, hold).finally(() => hold(null));
  }

  /** Prolongs the lease of the page under way. */
  async renew(): Promise<void> {
    const { snapshots, clock, leaseMs } = this.#deps;
    if (this.#inHand) await snapshots.renew(this.#inHand, clock.now() + leaseMs);
  }
}

/** The story of a page: claim → read → build → store. Its lease ends by itself where it fails. */
async function sendPage(deps: SnapshotDeps, hold: (claim: HeldClaim) => void): Promise<number> {
  const { snapshots, rows, clock, leaseMs } = deps;
  const models = rows.names;
  if (models.length === 0) return 0;
  const lease = deps.newLease();
  const snapshot = await snapshots.claim({ models, now: clock.now(), leaseMs, lease });
  if (snapshot === null) return 0;
  const claim = { id: snapshot.id, lease };
  hold(claim);
  const { startedAt } = snapshot;
  if (startedAt === null) await snapshots.begin(claim, clock.now());
  else await advance(deps, claim, { ...snapshot, startedAt });
  return 1;
}

type Begun = SnapshotRecord & { readonly startedAt: number };

async function advance(deps: SnapshotDeps, claim: HeldClaim, snapshot: Begun): Promise<void> {
  const { snapshots, rows, clock, logger } = deps;
  const source = rows.named(snapshot.model);
  // it was unbound just now
  if (source === null) return;
  const { events, position } = await readPage(deps, source, snapshot);
  const isOurs = await snapshots.advance(claim, { events, position, now: clock.now() });
  const { webhookId, model } = snapshot;
  if (isOurs && position === null) logger.info({ webhookId, model }, 'a webhook was told of all rows');
}

interface BuiltPage {
  readonly events: readonly EventRecord[];
  readonly position: string | null;
}

async function readPage(
  deps: SnapshotDeps,
  source: RowSource,
  snapshot: Begun,
  limit = MAX_ROWS,
): Promise<BuiltPage> {
  const { position: after, accountId } = snapshot;
  const page = await source.read({ after, limit, accountId });
  const events = await buildAll(deps, page, snapshot);
  const size = events.reduce((sum, { payload }) => sum + payload.length, 0);
  if (size > MAX_CHARS && limit > 1) return readPage(deps, source, snapshot, Math.ceil(limit / 4));
  return { events, position: page.next };
}

/** An event that cannot be built is told of and passed over: the rows behind it are not to wait for ever. */
async function buildAll(
  deps: SnapshotDeps,
  { events, failures = [] }: RowPage,
  { webhookId, startedAt }: Begun,
): Promise<readonly EventRecord[]> {
  const passOver = (subject: Subject | undefined, error: unknown) =>
    deps.logger.error({ webhookId, subject, ...errorFields(error) }, 'a row is missing in a snapshot');
  for (const { subject, error } of failures) passOver(subject, error);
  const records: EventRecord[] = [];
  for (const event of events) {
    const own: NewEvent = { ...event, webhookId, timestamp: startedAt, snapshot: true, context: {} };
    const built = await buildNewEvent(deps, own).catch((error) => passOver(event.subject, error));
    if (built) records.push(built.record);
  }
  return records;
}
