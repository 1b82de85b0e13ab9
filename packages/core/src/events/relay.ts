import { groupCalls } from '../batching/group-calls.js';
import { withoutContext } from '../context/context.js';
import { errorFields, isStoreUnavailable } from '../errors.js';
import { runSyncListeners, type SyncLane } from '../listeners/run-listener.js';
import type { Logger } from '../ports/logger.js';
import type { ClaimedEvent } from '../ports/store.js';
import { keepTrying } from '../worker/keep-trying.js';
import { toEvent } from './build-event.js';
import type { EventRecord } from './event.js';
import { type FanOutDeps, fanOutEvents, type Standing } from './fan-out-events.js';

const MAX_BATCH = 200;
/** Beyond these, committed events wait in the store. */
const MAX_IN_HAND = 2_000;

export interface RelayDeps extends FanOutDeps {
  readonly logger: Logger;
  readonly syncLane: SyncLane;
}

/**
 * Brings committed events to whoever wants them. An event that this process just stored comes straight from
 * `accept`, leased to it; one that was written inside a transaction, or whose process died, is claimed.
 */
export class Relay {
  readonly #deps: RelayDeps;
  readonly #fanOut: Readonly<Record<Standing, (event: EventRecord) => Promise<void>>>;
  readonly #claimOne: (id: string) => Promise<EventRecord | null>;
  #isCutShort = false;
  #isStopped = false;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
    this.#fanOut = { claimed: this.#groupedFanOut('claimed'), unclaimed: this.#groupedFanOut('unclaimed') };
    this.#claimOne = groupCalls((ids) => this.#claimThese(ids), { maxItems: MAX_BATCH });
  }

  /** Takes over an event whose sync listeners ran already. */
  accept(event: EventRecord): void {
    this.#hold(
      event,
      this.#fanOut.claimed(event).catch((error) => this.#report(event, error)),
    );
  }

  /** Takes over an event that no listener heard of yet. */
  acceptUnheard(event: EventRecord): void {
    this.#hold(event, this.#relayClaimed(event));
  }

  /**
   * Takes over an event of a transaction that has ended. Whether it was committed, and whether another process was
   * faster, is found out as it is fanned out, or by a claim where listeners are to hear it first.
   */
  acceptCommitted(event: EventRecord): void {
    // a sweep may have seen the row before the commit was told of
    if (this.#isStopped || this.#deps.inHand.isLeased(event.id)) return;
    const isHeard = this.#deps.listeners.wanting(event, 'sync').length === 0;
    const work = isHeard ? this.#fanOut.unclaimed(event) : this.#claimAndRelay(event.id);
    void this.#deps.inHand.hold(
      event.id,
      work.catch((error) => this.#report(event, error)),
      'free',
    );
  }

  /** Whether it has as much in hand as it takes: then committed events wait in the store. */
  get isFull(): boolean {
    return this.#deps.inHand.size >= MAX_IN_HAND;
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
    while (!this.isFull && !this.#isStopped) {
      const events = await this.#claim({});
      if (this.#isStopped) return this.#giveBack(events);
      const fresh = events.filter(({ event }) => !inHand.isLeased(event.id));
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

  #claim(only: { readonly ids?: readonly string[] }): Promise<readonly ClaimedEvent[]> {
    const { events, clock, leaseMs } = this.#deps;
    return events.claim({ ...only, limit: MAX_BATCH, now: clock.now(), leaseMs });
  }

  async #claimThese(ids: readonly string[]): Promise<readonly (EventRecord | null)[]> {
    const claimed = new Map((await this.#claim({ ids })).map(({ event }) => [event.id, event]));
    return ids.map((id) => claimed.get(id) ?? null);
  }

  async #claimAndRelay(id: string): Promise<void> {
    const event = await this.#claimOne(id);
    if (event) this.acceptUnheard(event);
  }

  #groupedFanOut(standing: Standing): (event: EventRecord) => Promise<void> {
    const { clock } = this.#deps;
    const isGivenUp = () => this.#isStopped;
    return groupCalls(
      async (events) => {
        await keepTrying(() => fanOutEvents(this.#deps, events, standing), clock, isGivenUp);
        return events.map(() => undefined);
      },
      { maxItems: MAX_BATCH, ownerOf: ({ accountId }) => accountId ?? '' },
    );
  }

  async #relayClaimed(record: EventRecord): Promise<void> {
    const { listeners, syncLane } = this.#deps;
    try {
      const wanted = listeners.wanting(record, 'sync');
      if (wanted.length > 0) await runSyncListeners(wanted, toEvent(record), syncLane);
      await this.#fanOut.claimed(record);
    } catch (error) {
      this.#report(record, error);
    }
  }

  /** An event in hand is not begun a second time, even where its lease ended. */
  #hold({ id }: EventRecord, work: Promise<void>): void {
    const { inHand } = this.#deps;
    void inHand.hold(id, work, 'leased').then(() => {
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
    withoutContext(() => this.sweep()).catch((error) =>
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
