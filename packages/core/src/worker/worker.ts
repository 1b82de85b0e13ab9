import { errorFields } from '../errors.js';
import type { Logger } from '../ports/logger.js';
import type { Job, JobKind, Queue } from '../ports/queue.js';
import type { Claims, Held } from './claims.js';

/** Work that this process holds, ready to be done. */
export interface ClaimedWork {
  readonly id: string;
  perform(): Promise<void>;
}

/** One kind of work, as the worker sees it: claimed, and ready to be done. */
export interface WorkSource {
  claim(id: string): Promise<ClaimedWork | null>;
  take(limit: number): Promise<readonly ClaimedWork[]>;
  letGo(id: string): Promise<void>;
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
    take: async (limit) => (await claims.take(limit)).map(ready),
    letGo: (id) => claims.letGo(id),
  };
}

const STORE_SHARE = 10;

export interface WorkerDeps {
  readonly queue: Queue;
  readonly logger: Logger;
  readonly concurrency: number;
  readonly work: Readonly<Record<JobKind, WorkSource>>;
}

/**
 * Does deliveries and runs, `concurrency` at a time. They come from two sides: the queue brings ids as soon as there
 * are any, and for the places that are free then the worker takes what is due in the store. So a queue that forgot
 * everything, or is away, costs no work, and a process never holds more than it does.
 */
export class Worker {
  readonly #deps: WorkerDeps;
  readonly #inHand = new Set<string>();
  /**
   * Taken while in hand already. Where the take was quicker than the claim of a job, this is what to do; where the
   * work had lost its lease, its result counts under the new one.
   */
  readonly #doubles = new Map<string, ClaimedWork>();
  #waitingForRoom: (() => void)[] = [];
  #waitingForIdle: (() => void)[] = [];
  #firstKind: JobKind = 'delivery';
  #isMoreDue = false;
  #isStoreNext = false;
  #taking: Promise<number> | null = null;
  /** Places kept for what is just being taken. */
  #reserved = 0;
  #isStopped = false;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#deps.queue.consume((jobs) => this.#accept(jobs));
  }

  /**
   * Takes what is due for the places that are free, and goes on by itself while there is more. Answers how much it
   * took. While the queue fills every place, the store gets a tenth of them next: what the queue lost must not wait
   * until it has nothing else to bring.
   */
  async takeDue(): Promise<number> {
    if (this.#waitingForRoom.length > 0) {
      this.#isStoreNext = true;
      return 0;
    }
    return this.#takeOnce();
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
    this.#notify();
    return this.idle();
  }

  /** Resolves when the last of them has begun. */
  async #accept(jobs: readonly Job[]): Promise<void> {
    for (const { kind, id } of jobs) {
      while (this.#freePlaces() <= 0 && !this.#isStopped) await this.#room();
      if (this.#isStopped) return;
      if (!this.#inHand.has(id)) void this.#work(kind, id, () => this.#deps.work[kind].claim(id));
    }
  }

  #takeOnce(): Promise<number> {
    this.#taking ??= this.#takeForFreePlaces().finally(() => {
      this.#taking = null;
    });
    return this.#taking;
  }

  async #takeForFreePlaces(): Promise<number> {
    let count = 0;
    this.#isMoreDue = false;
    for (const kind of this.#kindsInTurn()) {
      const limit = this.#freePlaces();
      if (limit <= 0 || this.#isStopped) break;
      count += await this.#take(kind, limit);
    }
    return count;
  }

  async #take(kind: JobKind, limit: number): Promise<number> {
    this.#reserved = limit;
    try {
      const taken = await this.#deps.work[kind].take(limit);
      for (const work of taken.filter(({ id }) => this.#inHand.has(id))) this.#doubles.set(work.id, work);
      const fresh = taken.filter(({ id }) => !this.#inHand.has(id));
      for (const work of fresh) void this.#work(kind, work.id, async () => work);
      this.#isMoreDue ||= taken.length === limit;
      return fresh.length;
    } finally {
      this.#reserved = 0;
      this.#notify();
    }
  }

  /** Each kind comes first every other time, so that neither waits for ever where there is always more of the other. */
  #kindsInTurn(): readonly JobKind[] {
    const [first, second]: readonly [JobKind, JobKind] =
      this.#firstKind === 'delivery' ? ['delivery', 'run'] : ['run', 'delivery'];
    this.#firstKind = second;
    return [first, second];
  }

  /** What fails here is on our side: nobody repeats it but the store, where it is due again when its lease ends. */
  async #work(kind: JobKind, id: string, claim: () => Promise<ClaimedWork | null>): Promise<void> {
    this.#inHand.add(id);
    try {
      const work = (await claim()) ?? this.#doubles.get(id);
      await work?.perform();
    } catch (error) {
      this.#deps.logger.error({ kind, id, ...errorFields(error) }, 'a job failed on our side');
    }
    // in one turn: what is claimed anew while the release is under way must not find the old one in hand
    const released = this.#deps.work[kind].letGo(id);
    this.#inHand.delete(id);
    this.#doubles.delete(id);
    this.#notify();
    const isRoomy = this.#freePlaces() >= this.#deps.concurrency / 2;
    if (this.#isMoreDue && isRoomy && this.#waitingForRoom.length === 0) this.#takeMore();
    await released;
  }

  #takeMore(): void {
    this.#isMoreDue = false;
    this.#isStoreNext = false;
    this.#takeOnce().catch((error) =>
      this.#deps.logger.error(errorFields(error), 'due work was not taken: the next sweep tries again'),
    );
  }

  #freePlaces(): number {
    return this.#deps.concurrency - this.#inHand.size - this.#reserved;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => void this.#waitingForRoom.push(resolve));
  }

  #notify(): void {
    if (this.#isStoreNext && !this.#isStopped) {
      if (this.#freePlaces() < this.#deps.concurrency / STORE_SHARE) return;
      this.#takeMore();
    }
    const free = this.#isStopped ? this.#waitingForRoom.length : Math.max(0, this.#freePlaces());
    for (const resume of this.#waitingForRoom.splice(0, free)) resume();
    const isIdle = this.#inHand.size === 0 && this.#reserved === 0 && this.#waitingForRoom.length === 0;
    if (isIdle) for (const resume of this.#waitingForIdle.splice(0)) resume();
  }
}
