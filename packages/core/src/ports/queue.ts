/** `delivery`: attempt a delivery; `run`: give an event to one async listener. */
export type JobKind = 'delivery' | 'run';

/** A reference to work that the store holds: ids only, never a payload or a secret. */
export interface Job {
  readonly kind: JobKind;
  /** Id of the delivery or run. */
  readonly id: string;
}

/** Resolves when the worker has room for more: until then others may have it. It begins the jobs, or finds them in the store later. Never rejects. */
export type JobHandler = (jobs: readonly Job[]) => Promise<void>;

/**
 * Hand-off and delay, nothing else: the store is the truth, and a queue may lose every job it has, or hand one out
 * twice. A worker takes what is due from the store by itself where the queue brings nothing.
 */
export interface Queue {
  readonly name: string;
  /** Whether workers in other processes get its jobs. */
  readonly isShared: boolean;
  /**
   * Called after the rows are stored. Jobs become visible to a worker `delayMs` later (default 0). Answers, or
   * rejects with QUEUE_UNAVAILABLE, within about a second, whatever happened to the queue's server; of an outage it
   * tells in a log of its own.
   */
  enqueue(jobs: readonly Job[], delayMs?: number): Promise<void>;
  /** Called once, in processes that work. Returns at once and never throws, also where the queue's server is away. */
  consume(handler: JobHandler): void;
  /** Hands out nothing more and closes what it opened. Idempotent; resolves within about a second. */
  close(): Promise<void>;
}
