import type { ProxyOptions } from './adapters/undici/forward-proxy.js';
import type { CircuitOptions } from './delivery/circuit.js';
import type { Transform } from './delivery/compose-body.js';
import type { ClientErrors } from './delivery/judge-reply.js';
import type { RetryPolicy } from './delivery/retry-policy.js';
import type { Serialize } from './delivery/visible-event.js';
import { HooklineError } from './errors.js';
import type { AnyRegistry, ListenerMethods } from './events/event-types.js';
import type { HealthOptions } from './health/health-policy.js';
import type { SourceMaker } from './inbound/sender.js';
import type { Listener } from './listeners/listener.js';
import type { ListenerErrorHandler } from './listeners/run-listener.js';
import type { Clock } from './ports/clock.js';
import type { HttpClient } from './ports/http-client.js';
import type { IdGenerator } from './ports/id-generator.js';
import type { Logger } from './ports/logger.js';
import type { Queue } from './ports/queue.js';
import type { Store } from './ports/store.js';
import type { RetentionOptions } from './retention/retention-policy.js';
import type { Role } from './roles.js';

export interface DeliveryOptions {
  /** One deadline for a whole attempt, in milliseconds, 1 to 60,000. Default 10,000. */
  readonly timeoutMs?: number;
  /** How much of a reply is read and kept, in bytes. Default 16,384. */
  readonly maxResponseBytes?: number;
  /**
   * What a status from 400 to 499 means that is none of 408, 410, 425 and 429: another attempt by the schedule, or the end.
   * Default `retry`, as the Standard Webhooks spec has it.
   */
  readonly clientErrors?: ClientErrors;
  /**
   * How many events may have led to one that is still sent, 1 to 1,000: beyond them something goes round in circles, and its
   * deliveries are cancelled as `loop`. Default 16.
   */
  readonly maxDepth?: number;
  /** Refuse webhooks on `http:`. Default false. */
  readonly httpsOnly?: boolean;
  /**
   * Addresses and CIDR blocks outside the public internet that webhooks may reach all the same, such as
   * `127.0.0.0/8` in development. Metadata services stay refused. Default: none.
   */
  readonly allowAddresses?: readonly string[];
  /**
   * Names of receivers inside your network, whatever their addresses: `billing.internal`, or `*.internal` for all names
   * under one. Metadata services stay refused. Default: none.
   */
  readonly allowHosts?: readonly string[];
  /** The only ports webhooks may have. Default: any but those of services that are no HTTP; see `docs/url-guard.md`. */
  readonly allowPorts?: readonly number[];
  /**
   * A forward proxy that all requests go through, in tunnels (`CONNECT`), on `http:` too: its URL, or `{ url, resolve }`.
   * See `docs/url-guard.md`. Default: none.
   */
  readonly proxy?: string | ProxyOptions;
  /** When a receiver that does nothing but fail is left alone; `false`: never. Default: see `CircuitOptions`. */
  readonly circuit?: CircuitOptions | false;
  /**
   * How many attempts this process makes at once, and how many listener runs beside them. To one webhook it makes no
   * more than so many, and fewer while its receiver is slow or fails. Attempts that only wait for a slow receiver are
   * counted apart, up to ten times as many. Default 100.
   */
  readonly concurrency?: number;
}

export interface HubOptions<R extends AnyRegistry = AnyRegistry> {
  /** What `defineEvents` made. Default: every well-formed event type is known, its data unchecked. */
  readonly events?: R;
  /** Default: this process's memory. */
  readonly store?: Store;
  /** Default: this process's memory; what it loses the store still has. */
  readonly queue?: Queue;
  readonly listeners?: readonly (Listener & ListenerMethods<R>)[];
  /** When failed attempts are tried again: a policy, or delays in milliseconds. Default `standardRetry()`: ten attempts over 75.6 hours. */
  readonly retry?: RetryPolicy | readonly number[];
  /** When failed runs of async listeners are tried again, unless the listener says otherwise. Default `polynomialRetry()`: five attempts. */
  readonly listenerRetry?: RetryPolicy | readonly number[];
  /** How long a run of an async listener may take before it counts as failed, in milliseconds. Default 5 minutes. */
  readonly listenerTimeoutMs?: number;
  /** What this process does, unless `hub.start` says otherwise. Default: everything. */
  readonly roles?: readonly Role[];
  readonly delivery?: DeliveryOptions;
  /**
   * What the app calls where it runs. A database that was in another environment, or another place, before sends nothing until
   * `hub.quarantine.confirm()`. Default: `HOOKLINE_ENVIRONMENT`, or no name: then its place alone tells.
   */
  readonly environment?: string;
  /**
   * 32 bytes in base64 or hex, under which secrets and credentials of webhooks are stored. Of several the first seals and
   * all open: put a new one in front, call `hub.webhooks.reseal()`, and take the old one out. Needed in production with a
   * durable store.
   */
  readonly encryptionKey?: string | readonly string[];
  /** A pino logger, or anything with its four methods. Default: warnings and errors to stderr, as lines. */
  readonly logger?: Logger;
  /** Told of every listener that failed. Default: an error in the log. */
  readonly onListenerError?: ListenerErrorHandler;
  /** Largest payload of an event, in bytes. Default 1,000,000. */
  readonly maxPayloadBytes?: number;
  /**
   * How long what a process has in hand stays its own after the process died or stood still, in milliseconds. It is
   * renewed while the process lives. Default 30,000.
   */
  readonly leaseMs?: number;
  /** How often to look for what the queue lost, in milliseconds. Default 1,000. */
  readonly sweepIntervalMs?: number;
  /** When webhooks that do nothing but fail are warned of, disabled and probed; `false`: never. Default: see `HealthOptions`. */
  readonly health?: HealthOptions | false;
  /** How long what has reached its end is kept; `false` keeps everything. Default: on, see `RetentionOptions`. */
  readonly retention?: RetentionOptions | false;
  /**
   * What an account may see of an event: asked for every attempt, for what an account reads by the admin API, and before
   * a filter judges, so that nobody learns by a filter what is not for them. Default: all of it.
   */
  readonly serialize?: Serialize;
  /** Functions that make the body for webhooks that name one: `webhooks.create({ transform: 'slack' })`. Default: none. */
  readonly transforms?: Readonly<Record<string, Transform>>;
  /**
   * Senders in whose style webhooks can be sent, `profiles: [shopify]` for `webhooks.create({ profile: 'shopify' })`: those
   * that sign in headers with a shared secret. Default: none besides ours.
   */
  readonly profiles?: readonly SourceMaker[];
  /** For tests, and for a client of your own. */
  readonly http?: HttpClient;
  readonly clock?: Clock;
  readonly ids?: IdGenerator;
  /** A number from 0 up to 1, for the jitter of retries. Default `Math.random`. */
  readonly random?: () => number;
}

/** The numbers of `HubOptions`, checked and filled in. */
export interface Limits {
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly clientErrors: ClientErrors;
  readonly concurrency: number;
  readonly maxDepth: number;
  readonly maxPayloadBytes: number;
  readonly leaseMs: number;
  readonly listenerTimeoutMs: number;
  readonly sweepIntervalMs: number;
}

/** Throws OPTION_INVALID, naming the first that is wrong. */
export function resolveLimits(options: HubOptions): Limits {
  const delivery = options.delivery ?? {};
  return {
    timeoutMs: whole('delivery.timeoutMs', delivery.timeoutMs, 10_000, [1, 60_000]),
    maxResponseBytes: whole('delivery.maxResponseBytes', delivery.maxResponseBytes, 16_384, [0, 1_048_576]),
    clientErrors: oneOf('delivery.clientErrors', delivery.clientErrors, ['retry', 'give-up']),
    concurrency: whole('delivery.concurrency', delivery.concurrency, 100, [1, 10_000]),
    maxDepth: whole('delivery.maxDepth', delivery.maxDepth, 16, [1, 1_000]),
    maxPayloadBytes: whole('maxPayloadBytes', options.maxPayloadBytes, 1_000_000, [100, 100_000_000]),
    leaseMs: whole('leaseMs', options.leaseMs, 30_000, [1_000, 3_600_000]),
    listenerTimeoutMs: whole('listenerTimeoutMs', options.listenerTimeoutMs, 300_000, [1, 86_400_000]),
    sweepIntervalMs: whole('sweepIntervalMs', options.sweepIntervalMs, 1_000, [10, 3_600_000]),
  };
}

/** The first of the values is the default. Throws OPTION_INVALID. */
function oneOf<Value extends string>(
  option: string,
  value: Value | undefined,
  values: readonly [Value, ...Value[]],
): Value {
  if (value === undefined) return values[0];
  if (values.includes(value)) return value;
  const expected = `one of ${values.map((each) => `"${each}"`).join(', ')}`;
  throw new HooklineError('OPTION_INVALID', { option, expected, got: JSON.stringify(value) });
}

/** Throws OPTION_INVALID. */
export function whole(
  option: string,
  value: number | undefined,
  fallback: number,
  [min, max]: readonly [number, number],
): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new HooklineError('OPTION_INVALID', {
    option,
    expected: `a whole number from ${min} to ${max}`,
    got: value,
  });
}
