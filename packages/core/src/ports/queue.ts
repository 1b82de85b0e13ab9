/** `delivery`: attempt a delivery; `run`: give an event to one async listener. */
export type JobKind = 'delivery' | 'run';

/** A reference to work that the store holds: ids only, never a payload or a secret. */
export interface Job {
  readonly kind: JobKind;
  /** Id of the delivery or run. */
  readonly id: string;
}

export interface ConsumeOptions {
  /** How many jobs may be in hand at once. */
  readonly concurrency: number;
}

/**
 * Hand-off and delay, nothing else: the store is the truth, and a queue may lose every job it has. What it
 * lost is found again by the sweeper. A job that is still waiting is not queued twice.
 */
export interface Queue {
  readonly name: string;
  /** Called after the rows are stored. Jobs become visible to a consumer `delayMs` later (default 0). */
  enqueue(jobs: readonly Job[], delayMs?: number): Promise<void>;
  /** Called once, at start, in processes that work. The handler never rejects for a job's own failure. */
  consume(handler: (jobs: readonly Job[]) => Promise<void>, options: ConsumeOptions): void;
  /** Jobs waiting or in hand in this process; 0 means idle. */
  pending(): number;
  /** Resolves when this process has none waiting or in hand (those of a queue without a consumer are not waited for). */
  idle(): Promise<void>;
  /** Hands out nothing more; resolves when the jobs in hand are done. */
  close(): Promise<void>;
}
