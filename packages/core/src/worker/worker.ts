import { errorFields, isStoreUnavailable } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { Places } from './places.js';
import { Waiters } from './waiters.js';
import type { ClaimedWork, WorkSource } from './work-source.js';

/** With so many of the places free more is taken at once, so that one query brings many; with fewer, soon. */
const ROOM_SHARE = 0.5;
const SOON_MS = 20;
/** So many ids that found no place are remembered; beyond them the store alone knows. */
const TOLD_PER_PLACE = 10;
/** How long jobs that found no room keep the queue waiting: another process may have some. */
const PATIENCE_MS = 250;
/** What finds a place here this soon, by the pace of late, is not for others. */
const OWN_WITHIN_MS = 2_000;

export interface WorkerDeps {
  readonly source: WorkSource;
  /** How many pieces of work it does at once. */
  readonly places: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Does one kind of work. It comes from two sides: the queue brings ids as soon as there are any, and what finds no
 * place, or never came, is taken from the store as places are free. So a queue that forgot everything, or is away,
 * costs no work, and a process holds little more than it does: see `Places`.
 */
export class Worker {
  readonly #deps: WorkerDeps;
  readonly #inHand = new Set<string>();
  readonly #places: Places;
  /** What the queue brought while there was no place: it must not wait for the store's whole backlog. */
  readonly #told = new Set<string>();
  readonly #waitingForRoom: Waiters;
  readonly #waitingForMuchRoom: Waiters;
  readonly #waitingForIdle: Waiters;
  #isMoreDue = false;
  #taking: Promise<number> | null = null;
  /** Places kept for what is just being taken. */
  #reserved = 0;
  #cancelTimer: (() => void) | null = null;
  #isStopped = false;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.#places = new Places(deps.places, deps.clock);
    this.#waitingForRoom = new Waiters(deps.clock);
    this.#waitingForMuchRoom = new Waiters(deps.clock);
    this.#waitingForIdle = new Waiters(deps.clock);
  }

  /**
   * Begins these, as far as there are places, and the rest when there are, in turn with what is due in the store.
   * Resolves when all have begun, or there is room again, or soon.
   */
  async accept(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.#isStopped) return;
      if (this.#room() > 0) this.#begin(id);
      else this.#remember(id);
    }
    if (this.#isMoreDue && this.#room() <= 0) await this.#waitingForRoom.wait(PATIENCE_MS);
  }

  /**
   * How much of so many pieces of work, of a backlog, the caller should store next to keep it for this worker. Where the
   * whole backlog finds a place here soon: as much as there is room for, which is waited for. Otherwise all: another
   * process may have room.
   */
  async portionOf(count: number, backlog: number): Promise<number> {
    while (!this.#isStopped && this.#room() < count && this.#getsThrough(backlog)) {
      if (this.#room() >= this.#muchRoom) return this.#room();
      await this.#waitingForMuchRoom.wait(SOON_MS);
    }
    return count;
  }

  /**
   * Keeps free places, until `begin`, for work that the caller is about to claim, and answers how many. While more is
   * due in the store, half of them are for that.
   */
  keep(limit: number): number {
    if (this.#isStopped) return 0;
    const free = Math.max(0, this.#room());
    const kept = Math.min(limit, this.#isMoreDue ? Math.floor(free / 2) : free);
    this.#reserved += kept;
    return kept;
  }

  /** Begins what the caller claimed for the places that were kept; of none, it gives them up. */
  begin(works: readonly ClaimedWork[], kept: number): void {
    this.#reserved -= kept;
    if (!this.#isStopped) for (const work of works) void this.#work(work.id, work);
    if (works.length < kept || this.#isStopped) this.#followUp();
  }

  /** Takes what is due for the places that are free, and goes on by itself while there is more. Answers how much it took. */
  takeDue(): Promise<number> {
    this.#taking ??= this.#take().finally(() => {
      this.#taking = null;
      this.#followUp();
    });
    return this.#taking;
  }

  /** Resolves when nothing is in hand. */
  idle(): Promise<void> {
    const idle = this.#waitingForIdle.wait();
    this.#notify();
    return idle;
  }

  /** Begins nothing more; resolves when nothing is in hand. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#told.clear();
    this.#places.close();
    this.#waitingForRoom.resume();
    this.#waitingForMuchRoom.resume();
    return this.idle();
  }

  #remember(id: string): void {
    this.#isMoreDue = true;
    if (this.#told.size < TOLD_PER_PLACE * this.#deps.places) this.#told.add(id);
  }

  /** Half the free places are for what the queue told of. Before the take, so that no id is claimed in both ways. */
  #beginTold(): void {
    for (const id of [...this.#told].slice(0, Math.ceil(this.#room() / 2))) {
      this.#told.delete(id);
      this.#begin(id);
    }
  }

  async #take(): Promise<number> {
    if (!this.#isStopped) this.#beginTold();
    const limit = this.#room();
    this.#isMoreDue = limit <= 0;
    if (limit <= 0 || this.#isStopped) return 0;
    // while it takes there is no place for anything else, so none of these can come in hand meanwhile
    this.#reserved += limit;
    try {
      const taken = await this.#deps.source.take(limit, [...this.#inHand]);
      this.#isMoreDue ||= taken.length === limit || this.#told.size > 0;
      if (!this.#isStopped) for (const work of taken) void this.#work(work.id, work);
      return this.#isStopped ? 0 : taken.length;
    } finally {
      this.#reserved -= limit;
    }
  }

  #begin(id: string): void {
    if (!this.#inHand.has(id)) void this.#work(id, this.#deps.source.claim(id));
  }

  /** What fails here is on our side: nobody repeats it but the store, where it is due again when its lease ends. */
  async #work(id: string, claimed: ClaimedWork | Promise<ClaimedWork | null>): Promise<void> {
    this.#inHand.add(id);
    try {
      const work = await claimed;
      if (work !== null) await this.#perform(work);
    } catch (error) {
      this.#report(id, error);
    }
    this.#inHand.delete(id);
    this.#followUp();
  }

  /**
   * What was begun is forgotten in the end, which after a claim in vain it must not be: the same work may have come
   * another way. What waits too long for its place is given back, or put aside where it is its lane that is stuck; and so
   * is all that is held when closing.
   */
  async #perform(work: ClaimedWork): Promise<void> {
    const { source } = this.#deps;
    if (work.lane?.isJammed) return this.#putAside(work);
    const leaving = (leave: () => void) => () => {
      leave();
      this.#followUp();
    };
    const occupation = await this.#places.occupy(
      (leave) => work.perform(leaving(leave)).finally(() => source.forget(work.id)),
      work,
    );
    if (occupation !== 'outwaited') return;
    if (work.lane?.isJammed) return this.#putAside(work);
    this.#isMoreDue = true;
    await source.giveBack(work.id);
  }

  #putAside(work: ClaimedWork): Promise<void> {
    return work.putAside().finally(() => this.#deps.source.forget(work.id));
  }

  /** Where the store is away the sweep says so, once. */
  #report(id: string, error: unknown): void {
    this.#isMoreDue = true;
    if (!isStoreUnavailable(error))
      this.#deps.logger.error({ id, ...errorFields(error) }, 'work failed on our side');
  }

  #followUp(): void {
    if (this.#isMoreDue && this.#room() > 0 && !this.#isStopped && !this.#taking) {
      if (this.#room() >= this.#muchRoom) this.#takeMore();
      else this.#cancelTimer ??= this.#deps.clock.after(SOON_MS, () => this.#takeMore());
    }
    this.#notify();
  }

  /** An error comes to the next sweep as well, which tells of it. */
  #takeMore(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.takeDue().catch(() => {});
  }

  #room(): number {
    return this.#places.capacity - this.#inHand.size - this.#reserved;
  }

  get #muchRoom(): number {
    return this.#deps.places * ROOM_SHARE;
  }

  #getsThrough(backlog: number): boolean {
    return (backlog + this.#inHand.size) / this.#places.pacePerMs < OWN_WITHIN_MS;
  }

  #notify(): void {
    const room = this.#room();
    if (room > 0) this.#waitingForRoom.resume();
    if (room >= this.#muchRoom) this.#waitingForMuchRoom.resume();
    if (this.#inHand.size === 0 && this.#reserved === 0) this.#waitingForIdle.resume();
  }
}
