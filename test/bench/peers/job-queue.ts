/** One attempt to be made: as little as it takes, the payload as it is to be sent. */
export interface AttemptJob {
  readonly eventId: string;
  readonly webhook: number;
  readonly payload: string;
}

/** A queue library as a peer uses it. */
export interface JobQueue {
  /** In one round trip, or as few as the library makes of it. */
  addMany(jobs: readonly AttemptJob[]): Promise<void>;
  add(job: AttemptJob): Promise<void>;
  /** Begins to work: `onDone` is called for each job when the queue has let go of it, with the error if it failed. */
  work(
    concurrency: number,
    perform: (job: AttemptJob) => Promise<void>,
    onDone: (error?: Error) => void,
  ): Promise<void>;
  close(): Promise<void>;
}
