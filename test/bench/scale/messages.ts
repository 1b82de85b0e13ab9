// How the programs of `scale` are told what they are, and what they answer.
import type { Role } from '@hookline/core';

export interface OperationsConfig {
  readonly databaseUrl: string;
}

/** How often each thing is done. */
export interface OperationsOrder {
  readonly batches: number;
  readonly reads: number;
  readonly prunes: number;
}

export interface Operations {
  /** Of each operation, in milliseconds. */
  readonly times: Readonly<Record<string, readonly number[]>>;
  /** Bytes of write-ahead log. */
  readonly walPerDelivery: number;
  readonly walPerPruned: number;
}

export interface HubConfig {
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  readonly roles: readonly Role[];
  /** Default: Hookline's own. */
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  /** Delays between attempts, in milliseconds. */
  readonly retry?: readonly number[];
}

export type HubOrder =
  | { readonly kind: 'start' }
  /** Answered when all is dispatched and fanned out, and whatever else is this hub's role is done. */
  | { readonly kind: 'dispatch'; readonly events: number; readonly accounts: readonly string[] }
  /** Events at random instants, at a rate; answered, with how many there were, when all is done as well. */
  | { readonly kind: 'pace'; readonly perSec: number; readonly durationMs: number; readonly account: string }
  /** What the process took so far. */
  | { readonly kind: 'usage' };

export interface Usage {
  /** Since its start. */
  readonly dispatched: number;
  /** On the clock that all processes share. */
  readonly at: number;
  readonly cpuMs: number;
  /** Resident, at its highest. */
  readonly memoryMiB: number;
}
