import type { Role } from '@hookline/core';

/** What brings events to webhooks in `delivery`. */
export type SenderKind =
  | 'hookline'
  | 'bare-undici'
  | 'bull-undici'
  | 'bull-undici-log'
  | 'bullmq-undici'
  | 'bullmq-undici-log';

/** How a program is told what it is: one JSON argument. */
export interface SenderConfig {
  readonly sender: SenderKind;
  /** Where the webhooks are: `/1`, `/2` ... of this. */
  readonly receiverUrl: string;
  readonly webhooks: number;
  /** Attempts at once, of a peer: those of Hookline are its own affair. */
  readonly concurrency: number;
  /** Absent: nothing is stored. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
}

/** Dispatches that an app has under way at once when it is busy. */
export const IN_FLIGHT = 500;

/** Brings events to webhooks: a contender of `delivery`. */
export interface Sender {
  /** Makes so many events and brings them to every webhook; resolves when all are dispatched, at least. */
  dispatch(events: number): Promise<void>;
  /** Resolves when all that was dispatched is delivered and, where anything is stored, stored. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export type SenderOrder =
  /** Answered when all are dispatched. */
  | { readonly kind: 'dispatch'; readonly events: number }
  /** Given when all is received; answered when all is stored. */
  | { readonly kind: 'settle' };

export interface Dispatched {
  /** Just before the first, on the clock of `now()`. */
  readonly startedAt: number;
}

/** Since the last `dispatch`. */
export interface Settled {
  readonly settledAt: number;
  readonly cpuMs: number;
  readonly memoryMiB: number;
}

/** An app of `latency`. */
export interface ShopConfig {
  readonly shop: 'hookline' | 'bull-undici';
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  readonly receiverUrl: string;
  /** What the hub of this process does. */
  readonly roles?: readonly Role[];
  /** Attempts at once, of a peer. */
  readonly concurrency: number;
}

/** So many transactions, at random instants: they do not wait for each other. */
export interface ShopOrder {
  readonly kind: 'trade';
  readonly transactions: number;
  readonly perSec: number;
}

/** The event's `webhook-id`, and when its transaction was committed, on the clock of `now()`. */
export type Commit = readonly [webhookId: string, at: number];

/** An app of `isolation`: many webhooks, each with an event type of its own. */
export interface CrowdConfig {
  readonly databaseUrl: string;
  readonly receiverUrl: string;
  readonly webhooks: number;
  /** So many of them never get an answer. */
  readonly hanging: number;
  /** So many of them are answered 500. */
  readonly failing: number;
}

/** So many events, at random instants, for one webhook each in turn. Answered with those of the webhooks that are well in any run. */
export interface CrowdOrder {
  readonly kind: 'send';
  readonly events: number;
  readonly perSec: number;
}

export interface ReceiverConfig {
  /** How long it takes to answer, in milliseconds. Default: it answers at once. */
  readonly delayMs?: number;
}

export type ReceiverOrder =
  /** Forgets everything; answered with where it listens. */
  | { readonly kind: 'reset' }
  /** Answered as soon as so many different deliveries are there; a failure where they are not in time, if that is given. */
  | { readonly kind: 'await'; readonly distinct: number; readonly patienceMs?: number }
  /** Answered with what was received when, for the first time. */
  | { readonly kind: 'times' };

/** The event's `webhook-id`, and when the head of its request was there. */
export type Arrival = readonly [webhookId: string, at: number];

/** Since the last `reset`. */
export interface Received {
  readonly requests: number;
  /** Different events per webhook. */
  readonly distinct: number;
  /** Of the latest request of all, on the clock of `now()`. */
  readonly lastAt: number;
  readonly cpuMs: number;
}
