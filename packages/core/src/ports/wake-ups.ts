/** `events`: committed ones wait to be relayed; `work`: deliveries or runs are due. */
export type WakeUp = 'events' | 'work';

/** A way to tell the other processes on the same database that there is something to do. A hint: it may get lost. */
export interface WakeUps {
  /** Tells every process that listens, this one included. */
  announce(wakeUp: WakeUp): Promise<void>;
  /**
   * Calls back for each announcement, and with both whenever it begins to listen after it had resolved, since it may
   * have missed some. Resolves when it listens, or soon; never rejects: where it cannot listen it tries again. The
   * answered function ends it.
   */
  listen(callback: (wakeUp: WakeUp) => void): Promise<() => Promise<void>>;
}
