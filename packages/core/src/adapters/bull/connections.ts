import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { isCluster } from './option-values.js';
import type { IoredisClient, Plan, Target } from './options.js';

export type RedisClient = Redis | Cluster;

/** A connection, and whether it is ours to close. */
export interface Connection {
  readonly client: RedisClient;
  readonly isOurs: boolean;
}

/** How long a fetch waits in Redis for a job, in seconds. */
export const FETCH_WAIT_S = 5;

const CLOSE_TIMEOUT_MS = 200;
const RETRY_STEP_MS = 50;
const MAX_RETRY_MS = 1_000;

const EVERY: RedisOptions = {
  lazyConnect: false,
  connectTimeout: 5_000,
  disconnectTimeout: CLOSE_TIMEOUT_MS,
  keepAlive: 10_000,
  commandTimeout: undefined,
  socketTimeout: undefined,
  monitor: false,
  readOnly: false,
};

/** What cannot be sent at once fails at once: nothing gathers in memory while Redis is away. */
const SHARED: RedisOptions = {
  ...EVERY,
  enableReadyCheck: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy: retryDelayMs,
};

/** Lives as long as its socket does: after that a new one is opened, with a new Bull queue on it. */
const SESSION: RedisOptions = {
  ...EVERY,
  enableReadyCheck: false,
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  retryStrategy: () => null,
};

/** The one connection for all commands that do not wait: the client that was supplied, or one of ours. */
export function openShared({ target }: Plan): Connection {
  if (target.kind === 'supplied') return { client: asRedis(target.client), isOurs: false };
  return connect(target, SHARED, { clusterRetryStrategy: retryDelayMs });
}

/** The connection on which fetches wait for jobs. */
export function openBlocking({ target, prefix, name }: Plan): Connection {
  // by this name Bull's own tools know a worker
  const connectionName = `${prefix}:${Buffer.from(name).toString('base64')}`;
  return connect(target, { ...SESSION, connectionName }, { clusterRetryStrategy: () => null });
}

/** The connection that hears of delayed jobs. */
export function openSubscriber({ target }: Plan): Connection {
  if (target.kind === 'supplied' && target.subscriber) {
    return { client: asRedis(target.subscriber), isOurs: false };
  }
  return connect(target, SESSION, { clusterRetryStrategy: () => null });
}

/** Ends a connection of ours. Resolves when it ended, or soon: where the peer is gone, nothing tells. */
export function end({ client, isOurs }: Connection): Promise<void> {
  if (!isOurs || client.status === 'end') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 2 * CLOSE_TIMEOUT_MS);
    client.once('end', () => {
      clearTimeout(timer);
      resolve();
    });
    client.disconnect();
  });
}

function connect(target: Target, settings: RedisOptions, ofCluster: ClusterOptions): Connection {
  const client = create(target, settings, ofCluster);
  // without a listener ioredis prints every error
  client.on('error', () => {});
  return { client, isOurs: true };
}

function create(target: Target, settings: RedisOptions, ofCluster: ClusterOptions): RedisClient {
  if (target.kind === 'server') return new Redis({ ...target.options, ...settings });
  const inCluster = (options: ClusterOptions): ClusterOptions => ({
    ...options,
    // without its offline queue a Cluster (ioredis 5.11) takes a node that still connects for a failed one
    ...{ lazyConnect: false, enableOfflineQueue: true, ...ofCluster },
    redisOptions: { ...options.redisOptions, ...settings },
  });
  if (target.kind === 'cluster') return new Cluster([...target.nodes], inCluster(target.options));
  const client = asRedis(target.client);
  if (isClusterClient(client)) return client.duplicate([], inCluster(client.options));
  return client.duplicate(settings);
}

function retryDelayMs(times: number): number {
  return Math.min(times * RETRY_STEP_MS, MAX_RETRY_MS);
}

/** Checked by shape only, since another copy of ioredis has other classes. */
function asRedis(client: IoredisClient): RedisClient {
  return client as RedisClient;
}

export function isClusterClient(client: RedisClient): client is Cluster {
  return isCluster(client);
}
