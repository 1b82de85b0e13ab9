import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis';
import type { Logger } from '../../ports/logger.js';

/** An ioredis `Redis` or `Cluster`, told by its shape: it may come from another copy of ioredis than ours. */
export interface IoredisClient {
  readonly status: string;
  readonly options: object;
  duplicate(...args: never[]): unknown;
  disconnect(reconnect?: boolean): void;
}

export interface ClusterConnection {
  /** Some of the nodes; the others are found through them. */
  readonly nodes: readonly ClusterNode[];
  readonly options?: ClusterOptions;
}

/** Exactly one of `url`, `redis`, `cluster` and `client`. */
export interface BullQueueOptions {
  /** `redis://[[user]:password@]host[:port][/database]`; `rediss://` for TLS. */
  readonly url?: string | undefined;
  /**
   * Options of an ioredis connection. How it retries, queues and times out is chosen by the queue, whatever is said
   * here, since Bull and the deadline of an enqueue depend on it.
   */
  readonly redis?: RedisOptions;
  readonly cluster?: ClusterConnection;
  /** A connection of your own, which is shared and never closed. Further ones are made by its `duplicate()`, and closed. */
  readonly client?: IoredisClient;
  /** Beside `client`: a connection of your own for messages, with `maxRetriesPerRequest: null, enableReadyCheck: false`. */
  readonly subscriber?: IoredisClient;
  /** Of the Bull queue. Default `hookline`. Processes with the same name, prefix and database share their jobs. */
  readonly name?: string;
  /** With which all keys begin. Default `hookline`; in a Cluster `{hookline}`, so that all keys lie on one node. */
  readonly prefix?: string;
  /** After this many milliseconds without an answer an enqueue is rejected, 10 to 60,000. Default 1,000. */
  readonly enqueueTimeoutMs?: number;
  /** Told when the queue becomes unavailable and when it is back. Default: warnings to stderr, as lines. */
  readonly logger?: Logger;
}

/** Where the connections go. */
export type Target =
  | { readonly kind: 'server'; readonly options: RedisOptions }
  | { readonly kind: 'cluster'; readonly nodes: readonly ClusterNode[]; readonly options: ClusterOptions }
  | {
      readonly kind: 'supplied';
      readonly client: IoredisClient;
      readonly subscriber: IoredisClient | null;
    };

/** The options of a queue, checked and filled in. */
export interface Plan {
  readonly target: Target;
  readonly name: string;
  readonly prefix: string;
  readonly enqueueTimeoutMs: number;
  readonly logger: Logger;
}
