import type { ProxyOptions } from './adapters/undici/forward-proxy.js';
import { kindOf } from './delivery/call-app.js';
import type { CircuitOptions } from './delivery/circuit.js';
import { HooklineError } from './errors.js';
import { nearest } from './events/event-name.js';
import type { HealthOptions } from './health/health-policy.js';
import type { DeliveryOptions, HubOptions } from './options.js';
import type { RetentionOptions } from './retention/retention-policy.js';

/** Throws OPTION_INVALID. It never repeats a value but `true` and `false`: others may be secrets. */
type Check = (value: unknown, option: string) => void;
type Table<Options> = Readonly<Record<keyof Options, Check>>;

/** What is a number, and how large it may be, is for the part to say that it belongs to. */
const partSays: Check = () => {};

const CIRCUIT: Table<CircuitOptions> = { opensAfter: partSays, maxCooldownMs: partSays };

const PROXY: Table<ProxyOptions> = { url: ofType('string', 'a URL'), resolve: partSays };

const HEALTH: Table<HealthOptions> = {
  disableAfterMs: partSays,
  minAttempts: partSays,
  warnAtPercent: aList('of percents'),
  probeEveryMs: partSays,
};

const RETENTION: Table<RetentionOptions> = {
  finishedMs: partSays,
  exhaustedMs: partSays,
  receiptsMs: partSays,
  rejectionsMs: partSays,
  intervalMs: partSays,
};

const DELIVERY: Table<DeliveryOptions> = {
  timeoutMs: partSays,
  maxResponseBytes: partSays,
  clientErrors: partSays,
  maxDepth: partSays,
  httpsOnly: ofType('boolean', 'true or false'),
  allowAddresses: aList('of addresses and CIDR blocks'),
  allowHosts: aList('of host names'),
  allowPorts: aList('of one or more ports', 1),
  proxy: either('string', optionsOf(PROXY), 'a URL, or an object'),
  circuit: orFalse(optionsOf(CIRCUIT)),
  concurrency: partSays,
};

const HUB: Table<HubOptions> = {
  events: having(['lookUp', 'validate'], 'what defineEvents made'),
  store: having(['open'], 'a store, as memoryStore() makes one'),
  queue: having(['enqueue', 'consume'], 'a queue, as bullQueue() makes one'),
  listeners: aList('of listeners'),
  retry: given('a retry policy, or a list of delays in milliseconds'),
  listenerRetry: given('a retry policy, or a list of delays in milliseconds'),
  listenerTimeoutMs: partSays,
  roles: aList('of roles'),
  delivery: optionsOf(DELIVERY),
  environment: ofType('string', 'text'),
  encryptionKey: either('string', aList('of texts', 0, isText), 'text, or a list of texts'),
  logger: having(['debug', 'info', 'warn', 'error'], 'a logger'),
  onListenerError: ofType('function', 'a function'),
  maxPayloadBytes: partSays,
  leaseMs: partSays,
  sweepIntervalMs: partSays,
  health: orFalse(optionsOf(HEALTH)),
  retention: orFalse(optionsOf(RETENTION)),
  serialize: ofType('function', 'a function'),
  transforms: functions,
  profiles: aList('of makers of sources, such as shopify'),
  http: having(['send'], 'an HTTP client'),
  clock: having(['now', 'after'], 'a clock'),
  ids: having(['next'], 'a generator of ids'),
  random: ofType('function', 'a function'),
};

/**
 * Refuses names that no option has, since a misspelt one would leave its default in force, and what cannot be the value of
 * an option. Throws OPTION_INVALID, naming the first.
 */
export function checkHubOptions(options: unknown): void {
  if (!isRecord(options)) throw invalid('createHub', 'an object of options', options);
  checkNames(options, HUB, '');
}

function checkNames(options: object, table: Readonly<Record<string, Check>>, within: string): void {
  for (const [name, value] of Object.entries(options)) {
    refuseUnknown(name, Object.keys(table), within);
    if (value !== undefined) table[name]?.(value, `${within}${name}`);
  }
}

/** Throws OPTION_INVALID with the nearest of the names that are known. */
export function refuseUnknown(name: string, known: readonly string[], within = ''): void {
  if (known.includes(name)) return;
  const meant = nearest(name, known);
  const expected = meant === null ? `one of ${known.join(', ')}` : `a known option (did you mean ${meant}?)`;
  throw new HooklineError('OPTION_INVALID', {
    option: `${within}${name}`,
    expected,
    got: 'an unknown name',
  });
}

/** The same for options that may hold what is for somebody else: only what is nearly one of the names. Throws OPTION_INVALID. */
export function refuseMisspelt(name: string, known: readonly string[], within = ''): void {
  if (nearest(name, known) !== null) refuseUnknown(name, known, within);
}

function optionsOf(table: Readonly<Record<string, Check>>): Check {
  return (value, option) => {
    if (!isRecord(value)) throw invalid(option, `an object with ${Object.keys(table).join(', ')}`, value);
    checkNames(value, table, `${option}.`);
  };
}

function orFalse(check: Check): Check {
  return (value, option) => {
    if (value === true) throw invalid(option, 'false, or an object of options', value);
    if (value !== false) check(value, option);
  };
}

function either(type: 'string', check: Check, expected: string): Check {
  return (value, option) => {
    if (typeof value === type) return;
    if (typeof value !== 'object' || value === null) throw invalid(option, expected, value);
    check(value, option);
  };
}

function ofType(type: 'string' | 'boolean' | 'function', expected: string): Check {
  return (value, option) => {
    if (typeof value !== type) throw invalid(option, expected, value);
  };
}

/** Its items are for the part to judge, unless it is said what they are. */
function aList(what: string, minLength = 0, isItem: (item: unknown) => boolean = () => true): Check {
  return (value, option) => {
    if (!Array.isArray(value)) throw invalid(option, `a list ${what}`, value);
    if (value.length < minLength)
      throw new HooklineError('OPTION_INVALID', {
        option,
        expected: `a list ${what}`,
        got: 'an empty list',
      });
    const wrong = value.findIndex((item) => !isItem(item));
    if (wrong >= 0) throw invalid(`${option}[${wrong}]`, 'text', value[wrong]);
  };
}

function having(methods: readonly string[], expected: string): Check {
  return (value, option) => {
    const has = (name: string) => typeof (value as Record<string, unknown>)[name] === 'function';
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (!isObject || !methods.every(has)) throw invalid(option, expected, value);
  };
}

function given(expected: string): Check {
  return (value, option) => {
    if (typeof value !== 'object' || value === null) throw invalid(option, expected, value);
  };
}

function functions(value: unknown, option: string): void {
  if (!isRecord(value)) throw invalid(option, 'an object of functions', value);
  for (const [name, each] of Object.entries(value)) {
    if (typeof each !== 'function') throw invalid(`${option}.${name}`, 'a function', each);
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function invalid(option: string, expected: string, got: unknown): HooklineError {
  const shown = typeof got === 'boolean' ? String(got) : kindOf(got);
  return new HooklineError('OPTION_INVALID', { option, expected, got: shown });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
