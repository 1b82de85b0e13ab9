import type { NewWebhook } from '@hookline/core';
import type { HubConfig } from './programs/messages.ts';
import type { Stage } from './stage.ts';

/** `full` for the suite; `short` for what runs with the other tests. */
export type Size = 'full' | 'short';

/** What a scenario needs before it begins. */
export interface Setting {
  readonly redis: boolean;
  /** `own`: a server that the scenario may stop, and that loses nothing it committed. Default: one for all scenarios. */
  readonly postgres?: 'own';
  /** How many webhooks want every event. Default 2. */
  readonly webhooks?: number;
  /** What the webhooks are created with. Default: nothing but what they need. */
  readonly webhook?: Pick<NewWebhook, 'order'>;
  readonly hub?: Partial<Omit<HubConfig, 'databaseUrl' | 'redisUrl' | 'roles'>>;
}

export interface Ending {
  /** When the fault was over, in milliseconds since the Unix epoch; without a fault, when the last row was written. */
  readonly faultEndedAt: number;
  /** How many requests may have been on their way when a process of ours died, or was stopped past its lease. Default 0. */
  readonly mayDuplicate?: number;
  /** Whether each webhook must have had its events in the order in which their rows were committed. Default false. */
  readonly isOrdered?: boolean;
  /** What else did not go as promised. */
  readonly problems?: readonly string[];
}

/** One story: given a stage, when something breaks, then everything that was committed is received all the same. */
export interface Scenario {
  readonly name: string;
  /** What it proves, in a sentence. */
  readonly proves: string;
  /** Keeps the machine busy, so it plays alone; the others mostly wait, and play side by side. */
  readonly isBusy: boolean;
  setting(size: Size): Setting;
  /** Resolves when the fault is over and nothing more is written. Processes that are to catch up still run. */
  play(stage: Stage, size: Size): Promise<Ending>;
}

/** The result, as `--json` prints it. */
export interface Score {
  readonly name: string;
  /** Business rows that the database has: as many events happened. */
  readonly committed: number;
  /** One for each of them and each webhook. */
  readonly owed: number;
  /** How many of those the receiver got. */
  readonly received: number;
  readonly lost: number;
  /** Requests that brought what was there already. */
  readonly duplicates: number;
  /** From the end of the fault until the last of what was committed by then was received. */
  readonly catchUpS: number;
  readonly passed: boolean;
}

export interface Result extends Score {
  /** Why it did not pass. */
  readonly problems: readonly string[];
}
