/** `running` is a claimed run; a lost lease returns it to the next claim. */
export type RunState = 'pending' | 'running' | 'retrying' | 'succeeded' | 'exhausted' | 'cancelled';

/** One event owed to one async listener. */
export interface RunRecord {
  readonly id: string;
  readonly eventId: string;
  /** The listener's name. */
  readonly listener: string;
  readonly state: RunState;
  readonly attemptCount: number;
  readonly nextAttemptAt: number | null;
  /** Why it waits for that, where it is not for a failed attempt: another run of its group comes first. */
  readonly hold: 'predecessor' | null;
  /** Runs with the same one go one after the other: those of one listener in order, about one subject of one account. */
  readonly groupKey: string | null;
  readonly lastError: string | null;
  readonly createdAt: number;
  readonly finalizedAt: number | null;
}

/** The id of the run of a listener for an event: the same whoever computes it, like `deliveryId`. */
export function runId(eventId: string, listener: string): string {
  return `run_${eventId.slice('evt_'.length)}_${listener}`;
}
