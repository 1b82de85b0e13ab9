import { HooklineError } from '../../errors.js';
import { nearest } from '../../events/event-name.js';
import type { Logger } from '../../ports/logger.js';
import { consoleLogger } from '../console-logger.js';
import {
  describe,
  isCluster,
  isIoredisClient,
  isRecord,
  type Problems,
  type Unchecked,
} from './option-values.js';
import type { Plan } from './options.js';
import { resolveTarget, TARGETS } from './resolve-target.js';

const DEFAULT_NAME = 'hookline';
const DEFAULT_PREFIX = 'hookline';
const DEFAULT_ENQUEUE_TIMEOUT_MS = 1_000;
const ENQUEUE_TIMEOUT_RANGE_MS = [10, 60_000] as const;
const KNOWN = [...TARGETS, 'subscriber', 'name', 'prefix', 'enqueueTimeoutMs', 'logger'];

const CONNECTION_OPTION = 'belongs under `redis`';
const BULL_OPTION = 'is chosen by Hookline, which uses Bull for hand-off and delay only';
/** Options that people know from Bull, BullMQ or ioredis. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  host: CONNECTION_OPTION,
  port: CONNECTION_OPTION,
  username: CONNECTION_OPTION,
  password: CONNECTION_OPTION,
  db: CONNECTION_OPTION,
  tls: CONNECTION_OPTION,
  family: CONNECTION_OPTION,
  sentinels: CONNECTION_OPTION,
  nodes: 'belongs under `cluster`',
  keyPrefix: 'is `prefix` here',
  connection: 'is `client` for a client, `redis` for options',
  createClient: 'is `client` here, a client and not a function',
  bclient: 'is not taken: the queue opens the connection that blocks by itself',
  blockingClient: 'is not taken: the queue opens the connection that blocks by itself',
  settings: BULL_OPTION,
  limiter: BULL_OPTION,
  defaultJobOptions: BULL_OPTION,
  metrics: BULL_OPTION,
};

/** Throws QUEUE_OPTIONS_INVALID with all that is wrong. */
export function resolveOptions(given: unknown): Plan {
  const problems: string[] = [];
  const options = readOptions(given, problems);
  const target = resolveTarget(options, problems);
  const plan = {
    name: resolveName(options, problems),
    prefix: resolvePrefix(options, problems),
    enqueueTimeoutMs: resolveTimeout(options, problems),
    logger: resolveLogger(options, problems),
  };
  checkNames(options, problems);
  if (target === null || problems.length > 0) {
    throw new HooklineError('QUEUE_OPTIONS_INVALID', { problems: problems.join('; ') });
  }
  return { ...plan, target };
}

/** A URL or a client alone is short for the option of that name. */
function readOptions(given: unknown, problems: Problems): Unchecked {
  if (given === undefined || typeof given === 'string') return { url: given };
  if (isIoredisClient(given)) return { client: given };
  if (isRecord(given)) return given;
  problems.push(`expected a URL, an ioredis client or an object with options, got ${describe(given)}`);
  return {};
}

function checkNames(options: Unchecked, problems: Problems): void {
  for (const name of Object.keys(options)) {
    if (KNOWN.includes(name)) continue;
    const suggestion = nearest(name, KNOWN);
    const advice = ELSEWHERE[name] ?? (suggestion ? `is unknown: did you mean ${suggestion}?` : 'is unknown');
    problems.push(`${name} ${advice}`);
  }
}

function resolveName({ name = DEFAULT_NAME }: Unchecked, problems: Problems): string {
  if (typeof name === 'string' && /^[^\s:{}]+$/.test(name)) return name;
  problems.push(`name: expected a word without ":" and braces, got ${describe(name)}`);
  return DEFAULT_NAME;
}

function resolvePrefix(options: Unchecked, problems: Problems): string {
  const inCluster = options.cluster !== undefined || isCluster(options.client);
  const { prefix = inCluster ? `{${DEFAULT_PREFIX}}` : DEFAULT_PREFIX } = options;
  if (typeof prefix !== 'string' || !/^\S+$/.test(prefix)) {
    problems.push(`prefix: expected a word, got ${describe(prefix)}`);
    return DEFAULT_PREFIX;
  }
  if (inCluster && !hasHashTag(prefix)) {
    problems.push(`prefix: a Cluster needs a hash tag, as in "{${DEFAULT_PREFIX}}", got "${prefix}"`);
  }
  return prefix;
}

/** Whether a Cluster puts all keys with this prefix on one node: it looks at what stands in the first braces. */
function hasHashTag(prefix: string): boolean {
  const open = prefix.indexOf('{');
  return open !== -1 && prefix.indexOf('}', open) > open + 1;
}

function resolveTimeout(options: Unchecked, problems: Problems): number {
  const { enqueueTimeoutMs = DEFAULT_ENQUEUE_TIMEOUT_MS } = options;
  const [min, max] = ENQUEUE_TIMEOUT_RANGE_MS;
  const value = Number.isInteger(enqueueTimeoutMs) ? Number(enqueueTimeoutMs) : Number.NaN;
  if (value >= min && value <= max) return value;
  problems.push(
    `enqueueTimeoutMs: expected a whole number from ${min} to ${max}, got ${describe(enqueueTimeoutMs)}`,
  );
  return DEFAULT_ENQUEUE_TIMEOUT_MS;
}

function resolveLogger({ logger = consoleLogger }: Unchecked, problems: Problems): Logger {
  if (isLogger(logger)) return logger;
  problems.push(`logger: expected debug, info, warn and error, got ${describe(logger)}`);
  return consoleLogger;
}

function isLogger(value: unknown): value is Logger {
  const methods = ['debug', 'info', 'warn', 'error'] as const;
  return isRecord(value) && methods.every((method) => typeof value[method] === 'function');
}
