import type { Job, JobHandler, Queue } from '../../ports/queue.js';
import { JobFetcher } from './job-fetcher.js';
import { JobSender } from './job-sender.js';
import { addBatches, type BullQueueOfBatches, openBull } from './open-bull.js';
import type { BullQueueOptions, IoredisClient, Plan } from './options.js';
import { resolveOptions } from './resolve-options.js';
import { SharedConnection } from './shared-connection.js';

/** What is due later than this is left to the store, so that Redis holds little. */
const MAX_DELAY_MS = 3_600_000;
const LAST_TRIP_MS = 300;

/**
 * The queue of a hub whose processes share a Redis: Bull hands jobs to workers and delays them, and holds
 * ids only. Nothing depends on it: while Redis is away, or forgot everything, workers find their work in the store.
 *
 * Takes a URL, an ioredis `Redis` or `Cluster`, or options. Throws QUEUE_OPTIONS_INVALID with all that is wrong with
 * them, also where it is given nothing (an environment variable that is not set). Connects with the first dispatch or
 * with the worker's start: one connection, two more in a process that works.
 */
export function bullQueue(connection: string | undefined | IoredisClient | BullQueueOptions): Queue {
  return new BullQueue(resolveOptions(connection));
}

class BullQueue implements Queue {
  readonly name = 'bull';
  readonly isShared = true;
  readonly #plan: Plan;
  readonly #connection: SharedConnection;
  readonly #sender: JobSender;
  #bull: BullQueueOfBatches | null = null;
  #fetcher: JobFetcher | null = null;
  #closing: Promise<void> | null = null;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#connection = new SharedConnection(plan);
    this.#sender = new JobSender({
      queue: plan.name,
      connection: this.#connection,
      add: (batches) => addBatches(this.#openBull(), batches),
      timeoutMs: plan.enqueueTimeoutMs,
    });
  }

  async enqueue(jobs: readonly Job[], delayMs = 0): Promise<void> {
    if (this.#closing || jobs.length === 0 || delayMs > MAX_DELAY_MS) return;
    await this.#sender.send(jobs, delayMs);
  }

  consume(handler: JobHandler): void {
    if (this.#closing) return;
    this.#fetcher = new JobFetcher(this.#plan, this.#connection, handler);
    this.#fetcher.start();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#fetcher?.stop();
    await atMost(LAST_TRIP_MS, this.#sender.idle());
    await this.#connection.close();
    await this.#fetcher?.close();
    await this.#bull?.close(true);
  }

  #openBull(): BullQueueOfBatches {
    this.#bull ??= openBull(this.#plan, () => this.#connection.open());
    return this.#bull;
  }
}

/** Resolves with the promise, or without it when the time is over. */
async function atMost(timeoutMs: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}
