/** Time as the hub sees it, so that tests move it by hand and nothing waits for real. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Calls back once, `delayMs` from now. The returned function cancels it; cancelling twice is harmless.
   * A pending timer does not keep the process alive.
   */
  after(delayMs: number, callback: () => void): () => void;
}

/** How far apart the clocks of processes may be before it shows: what one stores as due now, all find due. */
export const CLOCK_MARGIN_MS = 2_000;
