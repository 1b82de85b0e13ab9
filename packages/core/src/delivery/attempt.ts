/** Why an attempt failed: a closed set, safe as a metric label. */
export type FailureReason =
  | 'timeout'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'reset'
  | 'redirect'
  | 'status'
  | 'refused-address'
  | 'invalid-reply'
  | 'auth'
  | 'proxy';

/** Whether the reason lies with the receiver, or with its owner. A forward proxy is the app's own. */
export function isReceivers(reason: FailureReason): boolean {
  return reason !== 'proxy';
}

/** One HTTP try of a delivery. Written once; erasing the event takes out what may repeat its content, and nothing else changes it. */
export interface AttemptRecord {
  readonly id: string;
  readonly deliveryId: string;
  /** 1 for the first try. Two rows share a number only where a process lost its lease in the middle of a send. */
  readonly number: number;
  readonly outcome: 'succeeded' | 'failed';
  readonly failureReason: FailureReason | null;
  /** Text for a person: what was wrong, without secrets or bodies. */
  readonly failureMessage: string | null;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly responseStatus: number | null;
  readonly responseHeaders: Readonly<Record<string, string>> | null;
  /** The first bytes of the reply, as UTF-8 with invalid bytes replaced. */
  readonly responseBody: string | null;
}

/** What stays of an attempt of an erased event: that it took place, and how it ended. */
export function withoutContent(attempt: AttemptRecord): AttemptRecord {
  return { ...attempt, failureMessage: null, responseHeaders: null, responseBody: null };
}
