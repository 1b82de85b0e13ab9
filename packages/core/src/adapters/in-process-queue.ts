import type { Clock } from '../ports/clock.js';
import type { Job, JobHandler, JobKind, Queue } from '../ports/queue.js';

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
  /** Each kind waits for itself alone. */
  readonly #waiting: Readonly<Record<JobKind, Map<string, Job>>> = { delivery: new Map(), run: new Map() };
  readonly #handingOut = new Set<JobKind>();
  #handler: JobHandler | null = null;
  #delayedCount = 0;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async enqueue(jobs: readonly Job[], delayMs = 0): Promise<void> {
    if (this.#isClosed || delayMs > MAX_DELAY_MS) return;
    if (delayMs > 0) return this.#delay(jobs, delayMs);
    for (const job of jobs) {
      const waiting = this.#waiting[job.kind];
      if (waiting.size < MAX_WAITING) waiting.set(job.id, job);
    }
    this.#handOutAll();
  }

  consume(handler: JobHandler): void {
    this.#handler = handler;
    this.#handOutAll();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of Object.values(this.#waiting)) waiting.clear();
  }

  #delay(jobs: readonly Job[], delayMs: number): void {
    if (this.#delayedCount + jobs.length > MAX_WAITING) return;
    this.#delayedCount += jobs.length;
    this.#clock.after(delayMs, () => {
      this.#delayedCount -= jobs.length;
      void this.enqueue(jobs);
    });
  }

  #handOutAll(): void {
    void this.#handOut('delivery');
    void this.#handOut('run');
  }

  /** One batch after the other: the next waits until the worker took the last. */
  async #handOut(kind: JobKind): Promise<void> {
    if (!this.#handler || this.#handingOut.has(kind)) return;
    this.#handingOut.add(kind);
    const waiting = this.#waiting[kind];
    while (waiting.size > 0) {
      const batch = [...waiting.values()].slice(0, MAX_BATCH);
      for (const { id } of batch) waiting.delete(id);
      await this.#handler(batch);
    }
    this.#handingOut.delete(kind);
  }
}
