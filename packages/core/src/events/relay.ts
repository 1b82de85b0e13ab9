import { groupCalls } from '../batching/group-calls.js';
import { errorFields, isStoreUnavailable } from '../errors.js';
import type { ListenerRegistry } from '../listeners/listener-registry.js';
import { type RunRecord, runId } from '../listeners/run.js';
import { runSyncListeners, type SyncLane } from '../listeners/run-listener.js';
import type { WebhookListener } from '../listeners/webhook-listener.js';
import { CLOCK_MARGIN_MS, type Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { ClaimedEvent, EventStore, FanOut } from '../ports/store.js';
import type { HandOver } from '../worker/hand-over.js';
import { keepTrying } from '../worker/keep-trying.js';
import { toEvent } from './build-event.js';
import type { EventRecord } from './event.js';
import type { EventsInHand } from './events-in-hand.js';

const MAX_BATCH = 200;
/** Beyond these, committed events wait in the store. */
const MAX_IN_HAND = 2_000;

export interface RelayDeps {
  readonly events: EventStore;
  readonly inHand: EventsInHand;
  readonly listeners: ListenerRegistry;
  readonly webhookListener: WebhookListener;
  readonly handOver: HandOver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leaseMs: number;
  readonly syncLane: SyncLane;
}

/**
 * Brings committed events to whoever wants them. An event that this process just stored comes straight from
 * `accept`, leased to it; one that was written inside a transaction, or whose process died, is claimed.
 */
export class Relay {
  readonly #deps: RelayDeps;
  readonly #relayed: (event: EventRecord) => Promise<void>;
  #isCutShort = false;
  #isStopped = false;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
    this.#relayed = groupCalls(
      async (events) => {
        await keepTrying(
          () => relayEvents(deps, events),
          deps.clock,
          () => this.#isStopped,
        );
        return events.map(() => undefined);
      },
      { maxItems: MAX_BATCH },
    );
  }

  /** Takes over an event whose sync listeners ran already. */
  accept(event: EventRecord): void {
    this.#hold(
      event,
      this.#relayed(event).catch((error) => this.#report(event, error)),
    );
  }

  /** Takes over an event that no listener heard of yet. */
  acceptUnheard(event: EventRecord): void {
    this.#hold(event, this.#relayClaimed(event));
  }

  /** Claims nothing more. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Claims what is committed, batch by batch, and begins to relay it. Answers how many there were. Waits for no
   * listener: one that hangs must not keep other events waiting. With its hands full it leaves the rest, and goes on
   * by itself when they are half empty.
   */
  async sweep(): Promise<number> {
    let count = 0;
    const { inHand } = this.#deps;
    while (inHand.size < MAX_IN_HAND && !this.#isStopped) {
      const events = await this.#claim();
      if (this.#isStopped) return this.#giveBack(events);
      const fresh = events.filter(({ event }) => !inHand.has(event.id));
      count += fresh.length;
      for (const { event, isHeard } of fresh) this.#relayFresh(event, isHeard);
      if (events.length < MAX_BATCH) return count;
    }
    this.#isCutShort = true;
    return count;
  }

  #relayFresh(event: EventRecord, isHeard: boolean): void {
    if (isHeard) this.accept(event);
    else this.acceptUnheard(event);
  }

  #claim(): Promise<readonly ClaimedEvent[]> {
    const { events, clock, leaseMs } = this.#deps;
    return events.claim({ limit: MAX_BATCH, now: clock.now(), leaseMs });
  }

  async #relayClaimed(record: EventRecord): Promise<void> {
    const { listeners, syncLane } = this.#deps;
    try {
      const wanted = listeners.matching(record.type, 'sync');
      if (wanted.length > 0) await runSyncListeners(wanted, toEvent(record), syncLane);
      await this.#relayed(record);
    } catch (error) {
      this.#report(record, error);
    }
  }

  /** An event in hand is not begun a second time, even where its lease ended. */
  #hold({ id }: EventRecord, work: Promise<void>): void {
    const { inHand } = this.#deps;
    void inHand.hold(id, work).then(() => {
      if (this.#isCutShort && inHand.size <= MAX_IN_HAND / 2) this.#goOn();
    });
  }

  async #giveBack(events: readonly ClaimedEvent[]): Promise<number> {
    const ids = events.map(({ event }) => event.id);
    if (ids.length > 0) await this.#deps.events.release(ids, { isHeard: false });
    return 0;
  }

  #goOn(): void {
    this.#isCutShort = false;
    this.sweep().catch((error) =>
      this.#deps.logger.error(errorFields(error), 'no more events were claimed: the next sweep tries again'),
    );
  }

  /** Where the store is away the hub is closing: until then it keeps trying. */
  #report({ id }: EventRecord, error: unknown): void {
    const level = isStoreUnavailable(error) ? 'debug' : 'error';
    const fields = { eventId: id, ...errorFields(error) };
    this.#deps.logger[level](fields, 'event not relayed: it is tried again when its lease ends');
  }
}

/** The story of a batch: who wants it → store what is owed and that it was fanned out, in one write → hand it over. */
async function relayEvents(deps: RelayDeps, events: readonly EventRecord[]): Promise<void> {
  const now = deps.clock.now();
  const deliveries = await deps.webhookListener.fanOut(events, now);
  const runs = events.flatMap((event) => runsOf(event, deps.listeners, now));
  const fanOut: FanOut = { eventIds: events.map((event) => event.id), deliveries, runs };
  await deps.events.settle(fanOut);
  deps.handOver([
    ...deliveries.map(({ id }) => ({ kind: 'delivery', id }) as const),
    ...runs.map(({ id }) => ({ kind: 'run', id }) as const),
  ]);
}

function runsOf(event: EventRecord, listeners: ListenerRegistry, now: number): readonly RunRecord[] {
  return listeners.matching(event.type, 'async').map(({ name }) => ({
    id: runId(event.id, name),
    eventId: event.id,
    listener: name,
    state: 'pending',
    attemptCount: 0,
    nextAttemptAt: now - CLOCK_MARGIN_MS,
    lastError: null,
    createdAt: now,
    finalizedAt: null,
  }));
}
