import type { Clock } from '../ports/clock.js';
import type { ConsumeOptions, Job, Queue } from '../ports/queue.js';

/** Beyond these, jobs are left to the sweeper, so that memory stays flat whatever is pending. */
const MAX_WAITING = 10_000;
const MAX_DELAY_MS = 60_000;

/** The queue of a hub without Redis: jobs wait in this process's memory. */
export function inProcessQueue(clock: Clock): Queue {
  return new InProcessQueue(clock);
}

class InProcessQueue implements Queue {
  readonly name = 'in-process';
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Job>();
  readonly #inHand = new Set<string>();
  #idleCallbacks: (() => void)[] = [];
  #handler: ((jobs: readonly Job[]) => Promise<void>) | null = null;
  #concurrency = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async enqueue(jobs: readonly Job[], delayMs = 0): Promise<void> {
    if (this.#closed || delayMs > MAX_DELAY_MS) return;
    if (delayMs > 0) {
      this.#clock.after(delayMs, () => void this.enqueue(jobs));
      return;
    }
    for (const job of jobs) {
      if (this.#waiting.size >= MAX_WAITING) break;
      if (!this.#inHand.has(job.id)) this.#waiting.set(job.id, job);
    }
    this.#pump();
  }

  consume(handler: (jobs: readonly Job[]) => Promise<void>, options: ConsumeOptions): void {
    this.#handler = handler;
    this.#concurrency = options.concurrency;
    this.#pump();
  }

  pending(): number {
    return this.#waiting.size + this.#inHand.size;
  }

  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleCallbacks.push(resolve);
      this.#notifyIfIdle();
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    return this.idle();
  }

  #pump(): void {
    if (!this.#handler || this.#closed) return;
    for (const [id, job] of this.#waiting) {
      if (this.#inHand.size >= this.#concurrency) return;
      this.#waiting.delete(id);
      this.#inHand.add(id);
      void this.#work(this.#handler, job);
    }
  }

  async #work(handler: (jobs: readonly Job[]) => Promise<void>, job: Job): Promise<void> {
    try {
      await handler([job]);
    } finally {
      this.#inHand.delete(job.id);
      this.#pump();
      this.#notifyIfIdle();
    }
  }

  #notifyIfIdle(): void {
    if (this.#handler ? this.pending() > 0 : this.#inHand.size > 0) return;
    const callbacks = this.#idleCallbacks;
    this.#idleCallbacks = [];
    for (const callback of callbacks) callback();
  }
}
