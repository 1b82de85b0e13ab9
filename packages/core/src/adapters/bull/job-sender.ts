import { HooklineError } from '../../errors.js';
import type { Job } from '../../ports/queue.js';
import { JobGroup, type TimedBatch } from './job-batches.js';
import type { SharedConnection } from './shared-connection.js';

/** With more waiting for one round trip, Redis is too slow: what comes then is left to the store. */
const MAX_WAITING = 10_000;

export interface SenderDeps {
  readonly queue: string;
  readonly connection: SharedConnection;
  /** Puts the batches into Redis. */
  readonly add: (batches: readonly TimedBatch[]) => Promise<void>;
  readonly timeoutMs: number;
}

/**
 * Takes jobs to Redis, each within a deadline. While one round trip is under way, the jobs for the next gather, so that
 * trips grow with the load; while Redis is away, nothing gathers.
 */
export class JobSender {
  readonly #deps: SenderDeps;
  #sent: Trip | null = null;
  #next: Trip | null = null;
  #isFlushing = false;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
    deps.connection.onChange(() => this.#followConnection());
  }

  /** Rejects with QUEUE_UNAVAILABLE: at once while Redis is known to be away. */
  async send(jobs: readonly Job[], delayMs: number): Promise<void> {
    this.#deps.connection.open();
    if (this.#deps.connection.reach === 'away') throw this.#refusal(this.#deps.connection.problem);
    this.#next ??= this.#prepareTrip();
    if (this.#next.group.size > 0 && this.#next.group.size + jobs.length > MAX_WAITING) {
      throw this.#refusal(`more than ${MAX_WAITING} jobs wait to be sent`);
    }
    const trip = this.#next;
    trip.group.add(jobs, delayMs, Date.now());
    this.#flush();
    await trip.done;
  }

  /** Resolves when nothing is under way, as late as the deadline. */
  async idle(): Promise<void> {
    await Promise.allSettled([this.#sent?.done, this.#next?.done]);
  }

  #prepareTrip(): Trip {
    const { timeoutMs } = this.#deps;
    return new Trip(timeoutMs, (trip) => this.#giveUp(trip, `no answer within ${timeoutMs} ms`));
  }

  #flush(): void {
    if (this.#isFlushing || !this.#isFree()) return;
    this.#isFlushing = true;
    // what is enqueued in the same turn goes along
    queueMicrotask(() => {
      this.#isFlushing = false;
      if (this.#next && this.#isFree()) void this.#travel(this.#next);
    });
  }

  #isFree(): boolean {
    return this.#sent === null && this.#deps.connection.reach === 'ready';
  }

  async #travel(trip: Trip): Promise<void> {
    this.#sent = trip;
    this.#next = null;
    try {
      await this.#deps.add(trip.group.toBatches());
      trip.succeed();
      this.#deps.connection.noteAnswer();
    } catch (error) {
      this.#fail(trip, error);
    }
    if (this.#sent === trip) this.#sent = null;
    if (this.#next) this.#flush();
  }

  #fail(trip: Trip, error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    trip.fail(this.#refusal(problem, error));
    // became a replica: its address leads to the new master once somebody asks again
    if (problem.startsWith('READONLY')) this.#deps.connection.renew(problem);
    else this.#deps.connection.noteAnswer();
  }

  #followConnection(): void {
    const { reach, problem } = this.#deps.connection;
    if (reach === 'ready') this.#flush();
    if (reach !== 'away') return;
    for (const trip of [this.#sent, this.#next]) trip?.fail(this.#refusal(problem));
    this.#sent = null;
    this.#next = null;
  }

  #giveUp(trip: Trip, problem: string): void {
    trip.fail(this.#refusal(problem));
    if (this.#next === trip) this.#next = null;
    this.#deps.connection.noteSilence(problem);
  }

  #refusal(problem: string, cause?: unknown): HooklineError {
    return new HooklineError('QUEUE_UNAVAILABLE', { queue: this.#deps.queue, problem }, cause);
  }
}

/** One round trip to Redis, with all who wait for it. */
class Trip {
  readonly group = new JobGroup();
  readonly done: Promise<void>;
  readonly succeed: () => void;
  readonly fail: (error: HooklineError) => void;

  constructor(timeoutMs: number, onTimeout: (trip: Trip) => void) {
    const timer = setTimeout(() => onTimeout(this), timeoutMs);
    timer.unref();
    let settle = { resolve: () => {}, reject: (_: unknown) => {} };
    this.done = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    }).finally(() => clearTimeout(timer));
    this.done.catch(() => {});
    this.succeed = () => settle.resolve();
    this.fail = (error) => settle.reject(error);
  }
}
