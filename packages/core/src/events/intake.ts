import { outermostOf, type TransactionLike } from '../adapters/transaction-hooks.js';
import { batchSize, groupCalls } from '../batching/group-calls.js';
import type { Clock } from '../ports/clock.js';
import type { Arrival, InsertEventOptions, Store } from '../ports/store.js';
import type { Roles } from '../roles.js';
import type { Waker } from '../worker/waker.js';
import type { Entry } from './dispatch-options.js';
import type { EventRecord } from './event.js';
import type { EventsInHand } from './events-in-hand.js';
import type { Relay } from './relay.js';

const MAX_INSERT = 500;
/** What one INSERT carries at most, in characters of payload. */
const MAX_INSERT_CHARS = 4_000_000;
const INSERT_LIMITS = {
  maxItems: MAX_INSERT,
  maxWeight: MAX_INSERT_CHARS,
  weigh: ({ payload }: EventRecord) => payload.length,
};
/** While one waits for the disk to have its commit, the next can be written. */
const RECORDS_AT_ONCE = 2;
/** Of one transaction: what it writes beyond them is taken from the store when it has ended. */
const MAX_REMEMBERED = 500;

export interface IntakeDeps {
  readonly store: Store;
  readonly relay: Relay;
  readonly inHand: EventsInHand;
  readonly roles: Roles;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly waker: Waker;
}

type Leasing = 'leased' | 'free';

type InsertAllOptions = Omit<InsertEventOptions, 'leasedUntil'> & { readonly replacing: readonly string[] };

/**
 * How a new event that has no transaction reaches a relay. A process that relays keeps the event for itself from
 * the start, so nobody needs to look for it; one that does not leaves it to the others, and keeps it only while its
 * own sync listeners hear it.
 */
export class Intake {
  readonly #deps: IntakeDeps;
  readonly #insert: Readonly<Record<Leasing, (event: EventRecord) => Promise<void>>>;
  readonly #record: Readonly<Record<Leasing, (arrival: Arrival) => Promise<boolean>>>;
  readonly #giveBack: (id: string) => Promise<void>;
  /** How many events of a transaction, with its savepoints, are kept here until it ends. */
  readonly #remembered = new WeakMap<object, number>();
  readonly #wakeRelays = () => this.#deps.waker.wakeRelays();

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.#insert = { leased: this.#groupedInsert('leased'), free: this.#groupedInsert('free') };
    this.#record = { leased: this.#groupedRecord('leased'), free: this.#groupedRecord('free') };
    this.#giveBack = groupCalls(
      async (ids) => {
        await deps.store.events.release(ids, { isHeard: true });
        return ids.map(() => undefined);
      },
      { maxItems: MAX_INSERT },
    );
  }

  /**
   * Does all that this process does with a new event: stores it, lets its listeners hear it, passes it on. It is this
   * process's own meanwhile, where `isHeardHere` says that sync listeners of it come, or where it relays.
   */
  hold<Value>({ id }: EventRecord, isHeardHere: boolean, work: () => Promise<Value>): Promise<Value> {
    return this.#isLeased(isHeardHere) ? this.#deps.inHand.hold(id, work(), 'leased') : work();
  }

  /** Stores it; many at once share one write. */
  insert(event: EventRecord, isHeardHere: boolean): Promise<void> {
    return this.#insert[this.#isLeased(isHeardHere) ? 'leased' : 'free'](event);
  }

  /**
   * Stores it in the caller's transaction. When that has ended this process's relay goes on with the event as it has it
   * here, unless they are so many that they had better wait in the store.
   */
  async insertWith(transaction: unknown, event: EventRecord): Promise<void> {
    await this.#deps.store.events.insert([event], { transaction });
    this.#passWhenEnded(transaction, [event]);
  }

  /**
   * Stores it once for its key, or for later, and leaves it to a relay. Answers what is stored: another event where the key
   * was taken.
   */
  async enter(
    event: EventRecord,
    { idempotencyKey, dueAt }: Entry,
    transaction: unknown,
  ): Promise<EventRecord> {
    const { store } = this.#deps;
    const options = { ...(transaction !== null && { transaction }), ...(dueAt !== null && { dueAt }) };
    if (idempotencyKey === null) await store.events.insert([event], options);
    const keyed = idempotencyKey === null ? [] : [{ event, key: idempotencyKey }];
    const [known = { event, isNew: true }] =
      keyed.length === 0 ? [] : await store.events.insertOnce(keyed, options);
    if (!known.isNew || dueAt !== null) return known.event;
    if (transaction === null) this.#wakeRelays();
    else store.afterCommit(transaction, this.#wakeRelays);
    return known.event;
  }

  /**
   * Stores many, in one write as far as they are not too many for it. With a transaction they go on when that has
   * ended; without one each write stands alone, and a relay finds them at once.
   */
  async insertAll(
    events: readonly EventRecord[],
    { replacing, ...options }: InsertAllOptions,
  ): Promise<void> {
    const { transaction } = options;
    for (const [index, part] of inPortions(events).entries()) {
      await this.#deps.store.events.insert(part, { ...options, replacing: index === 0 ? replacing : [] });
      if (transaction) this.#passWhenEnded(transaction, part);
      else if (part.length > 0) this.#wakeRelays();
    }
  }

  #passWhenEnded(transaction: unknown, events: readonly EventRecord[]): void {
    const { store, relay } = this.#deps;
    const kept = events.slice(0, this.#reserve(transaction, events.length));
    if (kept.length < events.length) store.afterCommit(transaction, this.#wakeRelays);
    if (kept.length === 0) return;
    store.afterCommit(transaction, () => {
      if (relay.isFull) this.#wakeRelays();
      else for (const event of kept) relay.acceptCommitted(event);
    });
  }

  /** Stores a request and its event, together; false where the source has sent it before. */
  record(arrival: Arrival): Promise<boolean> {
    return this.#record[this.#relays ? 'leased' : 'free'](arrival);
  }

  /** Goes on with an event whose sync listeners, if there are any here, have run. */
  passHeard(event: EventRecord, isHeardHere: boolean): void {
    if (this.#relays) this.#deps.relay.accept(event);
    else if (isHeardHere) this.#leaveHeard(event);
    else this.#deps.waker.wakeRelays();
  }

  /** Goes on with an event that no listener heard of yet. */
  passUnheard(event: EventRecord): void {
    if (this.#relays) this.#deps.relay.acceptUnheard(event);
    else this.#deps.waker.wakeRelays();
  }

  /** How many of so many more events of a transaction are kept here. */
  #reserve(transaction: unknown, count: number): number {
    if (!this.#relays) return 0;
    const outermost = outermostOf(transaction as TransactionLike);
    const before = this.#remembered.get(outermost) ?? 0;
    const reserved = Math.min(count, MAX_REMEMBERED - before);
    this.#remembered.set(outermost, before + reserved);
    return reserved;
  }

  #leaveHeard({ id }: EventRecord): void {
    const given = this.#giveBack(id).then(
      () => this.#deps.waker.wakeRelays(),
      // its lease ends, and it is heard again
      () => {},
    );
    this.#deps.inHand.hold(id, given, 'leased');
  }

  #isLeased(isHeardHere: boolean): boolean {
    return this.#relays || isHeardHere;
  }

  get #relays(): boolean {
    return this.#deps.roles.has('relay');
  }

  #leasedUntil(leasing: Leasing): { readonly leasedUntil?: number } {
    const { clock, leaseMs } = this.#deps;
    return leasing === 'leased' ? { leasedUntil: clock.now() + leaseMs } : {};
  }

  #groupedInsert(leasing: Leasing): (event: EventRecord) => Promise<void> {
    return groupCalls(async (events) => {
      await this.#deps.store.events.insert(events, this.#leasedUntil(leasing));
      return events.map(() => undefined);
    }, INSERT_LIMITS);
  }

  #groupedRecord(leasing: Leasing): (arrival: Arrival) => Promise<boolean> {
    const record = (arrivals: readonly Arrival[]) =>
      this.#deps.store.receipts.record(arrivals, this.#leasedUntil(leasing));
    return groupCalls(record, {
      atOnce: RECORDS_AT_ONCE,
      maxItems: MAX_INSERT,
      maxWeight: MAX_INSERT_CHARS,
      weigh: ({ receipt, event }) => receipt.body.length + event.payload.length,
    });
  }
}

/** One at least, also of no events: those that they replace go with the first. */
function inPortions(events: readonly EventRecord[]): readonly (readonly EventRecord[])[] {
  const first = events.slice(0, batchSize(events, INSERT_LIMITS));
  const rest = events.slice(first.length);
  return rest.length === 0 ? [first] : [first, ...inPortions(rest)];
}
