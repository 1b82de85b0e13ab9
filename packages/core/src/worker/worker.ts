import { errorFields, isStoreUnavailable } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Claims, Held } from './claims.js';

/** With so many of the places free more is taken at once, so that one query brings many; with fewer, soon. */
const ROOM_SHARE = 0.5;
const SOON_MS = 20;
/** So many ids that found no place are remembered; beyond them the store alone knows. */
const TOLD_PER_PLACE = 10;
/** How long jobs that found no room keep the queue waiting: another process may have some. */
const PATIENCE_MS = 250;

/** Work that this process holds, ready to be done. */
export interface ClaimedWork {
  readonly id: string;
  perform(): Promise<void>;
}

/** One kind of work, as its worker sees it: claimed, and ready to be done. */
export interface WorkSource {
  claim(id: string): Promise<ClaimedWork | null>;
  /** Claims what is due, none of these. */
  take(limit: number, except: readonly string[]): Promise<readonly ClaimedWork[]>;
  /** Ends the hold on what was claimed. */
  forget(id: string): void;
}

/** Work of one kind that is claimed by `claims` and done by `attempt`. */
export function workOf<Claimed, Result>(
  claims: Claims<Claimed, Result>,
  idOf: (claimed: Claimed) => string,
  attempt: (work: Held<Claimed>) => Promise<void>,
): WorkSource {
  const ready = (work: Held<Claimed>): ClaimedWork => ({ id: idOf(work), perform: () => attempt(work) });
  return {
    claim: async (id) => {
      const work = await claims.claim(id);
      return work && ready(work);
    },
    take: async (limit, except) => (await claims.take(limit, except)).map(ready),
    forget: (id) => claims.forget(id),
  };
}

export interface WorkerDeps {
  readonly source: WorkSource;
  /** How many it has in hand at once. */
  readonly places: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Does one kind of work. It comes from two sides: the queue brings ids as soon as there are any, and what finds no
 * place, or never came, is taken from the store as places are free. So a queue that forgot everything, or is away,
 * costs no work, and a process holds no more than it does.
 */
export class Worker {
  readonly #deps: WorkerDeps;
  readonly #inHand = new Set<string>();
  /** What the queue brought while there was no place: it must not wait for the store's whole backlog. */
  readonly #told = new Set<string>();
  #waitingForRoom: (() => void)[] = [];
  #waitingForIdle: (() => void)[] = [];
  #isMoreDue = false;
  #taking: Promise<number> | null = null;
  /** Places kept for what is just being taken. */
  #reserved = 0;
  #cancelTimer: (() => void) | null = null;
  #isStopped = false;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
  }

  /**
   * Begins these, as far as there are places, and the rest when there are, in turn with what is due in the store.
   * Resolves when all have begun, or there is room again, or soon.
   */
  async accept(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.#isStopped) return;
      if (this.#freePlaces() > 0) this.#begin(id);
      else this.#remember(id);
    }
    if (this.#isMoreDue && this.#freePlaces() <= 0) await this.#room();
  }

  /** Takes what is due for the places that are free, and goes on by itself while there is more. Answers how much it took. */
  takeDue(): Promise<number> {
    this.#taking ??= this.#take().finally(() => {
      this.#taking = null;
      this.#reserved = 0;
      this.#followUp();
    });
    return this.#taking;
  }

  /** Resolves when nothing is in hand. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#waitingForIdle.push(resolve);
      this.#notify();
    });
  }

  /** Begins nothing more; resolves when nothing is in hand. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#told.clear();
    for (const resume of this.#waitingForRoom.splice(0)) resume();
    return this.idle();
  }

  #remember(id: string): void {
    this.#isMoreDue = true;
    if (this.#told.size < TOLD_PER_PLACE * this.#deps.places) this.#told.add(id);
  }

  /** Half the free places are for what the queue told of. Before the take, so that no id is claimed in both ways. */
  #beginTold(): void {
    for (const id of [...this.#told].slice(0, Math.ceil(this.#freePlaces() / 2))) {
      this.#told.delete(id);
      this.#begin(id);
    }
  }

  async #take(): Promise<number> {
    if (!this.#isStopped) this.#beginTold();
    const limit = this.#freePlaces();
    this.#isMoreDue = limit <= 0;
    if (limit <= 0 || this.#isStopped) return 0;
    this.#reserved = limit;
    // while it takes there is no place for anything else, so none of these can come in hand meanwhile
    const taken = await this.#deps.source.take(limit, [...this.#inHand]);
    this.#isMoreDue ||= taken.length === limit || this.#told.size > 0;
    if (this.#isStopped) return 0;
    for (const work of taken) void this.#work(work.id, async () => work);
    return taken.length;
  }

  #begin(id: string): void {
    if (!this.#inHand.has(id)) void this.#work(id, () => this.#deps.source.claim(id));
  }

  /** What fails here is on our side: nobody repeats it but the store, where it is due again when its lease ends. */
  async #work(id: string, claim: () => Promise<ClaimedWork | null>): Promise<void> {
    this.#inHand.add(id);
    try {
      const work = await claim();
      await work?.perform();
    } catch (error) {
      this.#report(id, error);
    }
    this.#deps.source.forget(id);
    this.#inHand.delete(id);
    this.#followUp();
  }

  /** Where the store is away the sweep says so, once. */
  #report(id: string, error: unknown): void {
    this.#isMoreDue = true;
    if (!isStoreUnavailable(error))
      this.#deps.logger.error({ id, ...errorFields(error) }, 'work failed on our side');
  }

  #followUp(): void {
    if (this.#isMoreDue && this.#freePlaces() > 0 && !this.#isStopped && !this.#taking) {
      if (this.#freePlaces() >= this.#deps.places * ROOM_SHARE) this.#takeMore();
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

  #freePlaces(): number {
    return this.#deps.places - this.#inHand.size - this.#reserved;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(PATIENCE_MS, resolve);
      this.#waitingForRoom.push(() => {
        cancel();
        resolve();
      });
    });
  }

  #notify(): void {
    if (this.#freePlaces() > 0) for (const resume of this.#waitingForRoom.splice(0)) resume();
    if (this.#inHand.size === 0 && this.#reserved === 0) {
      for (const resume of this.#waitingForIdle.splice(0)) resume();
    }
  }
}
