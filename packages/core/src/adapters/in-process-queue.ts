import type { Clock } from '../ports/clock.js';
import type { Job, JobHandler, Queue } from '../ports/queue.js';

/** Beyond these, jobs are left to the store, so that memory stays flat whatever is pending. */
const MAX_WAITING = 10_000;
const MAX_DELAY_MS = 60_000;
const MAX_BATCH = 100;

/** The queue of a hub without Redis: jobs wait in this process's memory. */
export function inProcessQueue(clock: Clock): Queue {
  return new InProcessQueue(clock);
}

class InProcessQueue implements Queue {
  readonly name = 'in-process';
  readonly isShared = false;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Job>();
  #handler: JobHandler | null = null;
  #delayedCount = 0;
  #isHandingOut = false;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async enqueue(jobs: readonly Job[], delayMs = 0): Promise<void> {
    if (this.#isClosed || delayMs > MAX_DELAY_MS) return;
    if (delayMs > 0) return this.#delay(jobs, delayMs);
    for (const job of jobs) {
      if (this.#waiting.size >= MAX_WAITING) break;
      this.#waiting.set(job.id, job);
    }
    void this.#handOut();
  }

  consume(handler: JobHandler): void {
    this.#handler = handler;
    void this.#handOut();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.clear();
  }

  #delay(jobs: readonly Job[], delayMs: number): void {
    if (this.#delayedCount + jobs.length > MAX_WAITING) return;
    this.#delayedCount += jobs.length;
    this.#clock.after(delayMs, () => {
      this.#delayedCount -= jobs.length;
      void this.enqueue(jobs);
    });
  }

  /** One batch after the other: the next waits until the worker took the last. */
  async #handOut(): Promise<void> {
    if (!this.#handler || this.#isHandingOut) return;
    this.#isHandingOut = true;
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting.values()].slice(0, MAX_BATCH);
      for (const { id } of batch) this.#waiting.delete(id);
      await this.#handler(batch);
    }
    this.#isHandingOut = false;
  }
}
