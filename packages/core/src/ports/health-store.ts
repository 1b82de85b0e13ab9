import type { EventRecord } from '../events/event.js';

/** A webhook that has only failed since an instant. One that answers as it should has none. */
export interface HealthRecord {
  readonly webhookId: string;
  /** When the first of the attempts ended that have failed since. */
  readonly failingSince: number;
  /** How many there were. */
  readonly failureCount: number;
  /** How much of the time until it is disabled was warned of, in percent; 0 for nothing yet. */
  readonly warnedPercent: number;
  /** Of a webhook that was disabled for failing: when it is probed next. Null otherwise. */
  readonly probeAt: number | null;
}

export interface Failures {
  readonly webhookId: string;
  readonly count: number;
  /** When the first of them ended. */
  readonly since: number;
}

export interface ProbeRequest {
  readonly now: number;
  readonly limit: number;
  /** When those answered are due again, whatever comes of the probe. */
  readonly nextProbeAt: number;
}

/** Which webhooks only fail. Nothing is written for one that does not. */
export interface HealthStore {
  /** Adds the failures, and begins a record where there is none. Answers the records as they are then, in the same order. */
  addFailures(failures: readonly Failures[]): Promise<readonly HealthRecord[]>;
  /** They succeeded: their records go. Answers the ids of those that had one. */
  clear(webhookIds: readonly string[]): Promise<readonly string[]>;
  get(webhookIds: readonly string[]): Promise<readonly HealthRecord[]>;
  /** True for the one caller that raised `warnedPercent` to this, whose event is stored with it. */
  raiseWarned(webhookId: string, percent: number, event: EventRecord): Promise<boolean>;
  /** Has the webhook probed from then on; null: no more. */
  setProbe(webhookId: string, probeAt: number | null): Promise<void>;
  /** Records whose probe is due, each given to one caller only. */
  claimProbes(request: ProbeRequest): Promise<readonly HealthRecord[]>;
  /** Whether a delivery to the webhook was delivered at this instant or after it. */
  hasDeliveredSince(webhookId: string, since: number): Promise<boolean>;
}
