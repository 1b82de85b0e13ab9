import { Cluster, type ClusterNode, Redis } from 'ioredis';
import {
  describe,
  isCluster,
  isIoredisClient,
  isRecord,
  type Problems,
  type Unchecked,
} from './option-values.js';
import type { IoredisClient, Target } from './options.js';
import { parseRedisUrl } from './parse-redis-url.js';

/** Each names another way to reach Redis. */
export const TARGETS = ['url', 'redis', 'cluster', 'client'] as const;

const KEY_PREFIX = "keyPrefix does not work with Bull's scripts: use `prefix`";

/** Null where something is wrong. */
export function resolveTarget(options: Unchecked, problems: Problems): Target | null {
  const given = TARGETS.filter((name) => options[name] !== undefined);
  // a URL that is undefined is a variable that is not set, which wants saying
  const named = given.length === 0 && 'url' in options ? (['url'] as const) : given;
  if (named.length !== 1) {
    problems.push(`expected one of ${TARGETS.join(', ')}, got ${named.join(' and ') || 'none'}`);
  }
  if (options.client === undefined && options.subscriber !== undefined) {
    problems.push('subscriber: works beside `client` only');
  }
  const [target = null] = named.map((name) => RESOLVERS[name](options, problems));
  return target;
}

const RESOLVERS: Readonly<
  Record<(typeof TARGETS)[number], (options: Unchecked, problems: Problems) => Target | null>
> = {
  url: ({ url }, problems) => fromUrl(url, problems),
  redis: ({ redis }, problems) => fromRedisOptions(redis, problems),
  cluster: ({ cluster }, problems) => fromCluster(cluster, problems),
  client: ({ client, subscriber }, problems) => fromClient(client, subscriber, problems),
};

function fromUrl(url: unknown, problems: Problems): Target | null {
  const options = parseRedisUrl(url, problems);
  return options && { kind: 'server', options };
}

function fromRedisOptions(redis: unknown, problems: Problems): Target | null {
  if (isIoredisClient(redis)) {
    problems.push('redis: expected options of ioredis, got a client: pass it as `client`');
    return null;
  }
  if (!isRecord(redis)) {
    problems.push(`redis: expected an object with options of ioredis, got ${describe(redis)}`);
    return null;
  }
  if (redis.keyPrefix) problems.push(`redis: ${KEY_PREFIX}`);
  if (redis.port !== undefined && !isPort(redis.port)) {
    problems.push(`redis.port: expected a number from 1 to 65535, got ${describe(redis.port)}`);
  }
  checkBuilds('redis', () => new Redis({ ...redis, lazyConnect: true }), problems);
  return { kind: 'server', options: redis };
}

/** ioredis takes a string, too: a variable of the environment is one. */
function isPort(value: unknown): boolean {
  const port = typeof value === 'string' && value !== '' ? Number(value) : value;
  return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;
}

function fromCluster(cluster: unknown, problems: Problems): Target | null {
  if (isIoredisClient(cluster)) {
    problems.push('cluster: expected { nodes }, got a client: pass it as `client`');
    return null;
  }
  const { nodes, options = {} }: Unchecked = isRecord(cluster) ? cluster : {};
  if (!Array.isArray(nodes) || nodes.length === 0 || !nodes.every(isNode)) {
    problems.push('cluster: expected { nodes: [{ host, port }] } with one node at least');
    return null;
  }
  if (!isRecord(options)) {
    problems.push(`cluster.options: expected an object with options of ioredis, got ${describe(options)}`);
    return null;
  }
  if (hasKeyPrefix(options)) problems.push(`cluster: ${KEY_PREFIX}`);
  if (isRecord(options.redisOptions) && options.redisOptions.db) {
    problems.push('cluster.options.redisOptions.db: a Cluster has the database 0 only');
  }
  checkBuilds('cluster', () => new Cluster([...nodes], { ...options, lazyConnect: true }), problems);
  return { kind: 'cluster', nodes, options };
}

function isNode(value: unknown): value is ClusterNode {
  return isRecord(value) || (typeof value === 'string' && value !== '') || isPort(value);
}

/** Some of what is wrong only ioredis knows. A client that is not connected opens nothing. */
function checkBuilds(name: string, build: () => unknown, problems: Problems): void {
  try {
    build();
  } catch (error) {
    problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fromClient(client: unknown, subscriber: unknown, problems: Problems): Target | null {
  const isClient = isUsable('client', client, problems);
  if (subscriber === undefined) return isClient ? { kind: 'supplied', client, subscriber: null } : null;
  if (!isUsable('subscriber', subscriber, problems) || !isClient) return null;
  checkSubscriber(subscriber, problems);
  if (client === subscriber) {
    problems.push(
      'subscriber: must be another connection than `client`, since one that listens can do nothing else',
    );
  }
  return { kind: 'supplied', client, subscriber };
}

function isUsable(name: string, value: unknown, problems: Problems): value is IoredisClient {
  if (!isIoredisClient(value)) {
    problems.push(`${name}: expected a Redis or Cluster of ioredis, got ${describe(value)}`);
    return false;
  }
  if (hasKeyPrefix(value.options)) problems.push(`${name}: ${KEY_PREFIX}`);
  return true;
}

function hasKeyPrefix(options: object): boolean {
  const { keyPrefix, redisOptions } = options as Unchecked;
  return Boolean(keyPrefix) || (isRecord(redisOptions) && Boolean(redisOptions.keyPrefix));
}

/** Bull 4.16 throws without these, and leaves an unhandled rejection besides. */
function checkSubscriber(subscriber: IoredisClient, problems: Problems): void {
  const { redisOptions } = subscriber.options as Unchecked;
  const inCluster = isCluster(subscriber) && isRecord(redisOptions);
  const options: Unchecked = inCluster ? redisOptions : { ...subscriber.options };
  if (typeof options.maxRetriesPerRequest === 'number') {
    problems.push(`subscriber: maxRetriesPerRequest must be null, is ${options.maxRetriesPerRequest}`);
  }
  if (options.enableReadyCheck) problems.push('subscriber: enableReadyCheck must be false, is true');
}
