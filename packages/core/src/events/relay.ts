import { groupCalls } from '../batching/group-calls.js';
import { errorFields } from '../errors.js';
import type { ListenerRegistry } from '../listeners/listener-registry.js';
import { type RunRecord, runId } from '../listeners/run.js';
import { type ListenerErrorHandler, runSyncListeners } from '../listeners/run-listener.js';
import type { WebhookListener } from '../listeners/webhook-listener.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Job, Queue } from '../ports/queue.js';
import type { EventStore, FanOut } from '../ports/store.js';
import { toEvent } from './build-event.js';
import type { EventRecord } from './event.js';

const MAX_BATCH = 200;

export interface RelayDeps {
  readonly events: EventStore;
  readonly listeners: ListenerRegistry;
  readonly webhookListener: WebhookListener;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leaseMs: number;
  readonly newLease: () => string;
  readonly onError: ListenerErrorHandler;
}

/**
 * Brings committed events to whoever wants them. An event that this process just stored comes straight from
 * `accept`, leased to it; one that was written inside a transaction, or whose process died, is claimed.
 */
export class Relay {
  readonly #deps: RelayDeps;
  readonly #relayed: (event: EventRecord) => Promise<void>;
  readonly #inHand = new Set<Promise<void>>();

  constructor(deps: RelayDeps) {
    this.#deps = deps;
    this.#relayed = groupCalls(async (events) => {
      await relayEvents(deps, events);
      return events.map(() => undefined);
    }, MAX_BATCH);
  }

  /** Takes over an event whose sync listeners ran already. */
  accept(event: EventRecord): void {
    this.#track(this.#relayed(event).catch((error) => this.#report(event, error)));
  }

  /** Takes over an event that no listener heard of yet. */
  acceptUnheard(event: EventRecord): void {
    this.#track(this.#relayClaimed(event));
  }

  /** Claims what is committed and relays it, batch by batch. Answers how many there were. */
  async sweep(): Promise<number> {
    let count = 0;
    for (;;) {
      const events = await this.#claim();
      count += events.length;
      await Promise.all(events.map((event) => this.#relayClaimed(event)));
      if (events.length < MAX_BATCH) return count;
    }
  }

  async idle(): Promise<void> {
    while (this.#inHand.size > 0) await Promise.all(this.#inHand);
  }

  #claim(): Promise<readonly EventRecord[]> {
    const { events, clock, leaseMs, newLease } = this.#deps;
    return events.claim({ limit: MAX_BATCH, now: clock.now(), leaseMs, lease: newLease() });
  }

  async #relayClaimed(record: EventRecord): Promise<void> {
    const { listeners, onError } = this.#deps;
    try {
      const wanted = listeners.matching(record.type, 'sync');
      if (wanted.length > 0) await runSyncListeners(wanted, toEvent(record), onError);
      await this.#relayed(record);
    } catch (error) {
      this.#report(record, error);
    }
  }

  #track(work: Promise<void>): void {
    this.#inHand.add(work);
    void work.finally(() => this.#inHand.delete(work));
  }

  #report({ id }: EventRecord, error: unknown): void {
    this.#deps.logger.error(
      { eventId: id, ...errorFields(error) },
      'events not relayed: they are tried again when their lease ends',
    );
  }
}

/** The story of a batch: who wants it → store what is owed and that it was fanned out, in one write → hand it over. */
async function relayEvents(deps: RelayDeps, events: readonly EventRecord[]): Promise<void> {
  const now = deps.clock.now();
  const deliveries = await deps.webhookListener.fanOut(events, now);
  const runs = events.flatMap((event) => runsOf(event, deps.listeners, now));
  const fanOut: FanOut = { eventIds: events.map((event) => event.id), deliveries, runs };
  await deps.events.settle(fanOut);
  const jobs: Job[] = [
    ...deliveries.map(({ id }) => ({ kind: 'delivery', id }) as const),
    ...runs.map(({ id }) => ({ kind: 'run', id }) as const),
  ];
  if (jobs.length > 0) await deps.queue.enqueue(jobs);
}

function runsOf(event: EventRecord, listeners: ListenerRegistry, now: number): readonly RunRecord[] {
  return listeners.matching(event.type, 'async').map(({ name }) => ({
    id: runId(event.id, name),
    eventId: event.id,
    listener: name,
    state: 'pending',
    attemptCount: 0,
    nextAttemptAt: now,
    lastError: null,
    createdAt: now,
  }));
}
