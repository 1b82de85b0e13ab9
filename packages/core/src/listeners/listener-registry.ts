import { type RetryPolicy, standardRetry, toPolicy } from '../delivery/retry-policy.js';
import { HooklineError } from '../errors.js';
import type { Event, EventRecord } from '../events/event.js';
import { nearest, toMethodName } from '../events/event-name.js';
import { isEventPattern, matchesPattern } from '../events/event-pattern.js';
import type { EventRegistry } from '../events/event-registry.js';
import type { AnyRegistry } from '../events/event-types.js';
import { remember } from '../remember.js';
import type { Listener, ListenerContext, ListenerLane } from './listener.js';

/** The context is there where the listener is transactional. */
type Handle = (event: Event, context?: ListenerContext) => unknown;

/** A listener of either kind, as the dispatcher knows it. */
export interface RegisteredListener {
  readonly name: string;
  readonly lane: ListenerLane;
  readonly takes: (type: string) => boolean;
  readonly handle: Handle;
  /** Of its own; null for the hub's. */
  readonly retry: RetryPolicy | null;
  /** Whether it runs in the transaction that marks its run. */
  readonly isTransactional: boolean;
  /** Whether its runs about one subject go one after the other. */
  readonly isOrdered: boolean;
}

/** The listeners of a hub, in the order they were added. */
export class ListenerRegistry {
  #listeners: readonly RegisteredListener[] = [];
  #matching = this.#matchers();

  /** Answers the function that takes it out again. Throws LISTENER_INVALID for a name that is taken in the async lane. */
  add(listener: RegisteredListener): () => void {
    const isTaken = this.#listeners.some(({ name, lane }) => lane === 'async' && name === listener.name);
    if (isTaken && listener.lane === 'async') {
      throw invalid(
        listener.name,
        'another async listener has this name, and its stored runs are kept by it',
      );
    }
    this.#replace([...this.#listeners, listener]);
    return () => this.#replace(this.#listeners.filter((other) => other !== listener));
  }

  matching(type: string, lane: ListenerLane): readonly RegisteredListener[] {
    return this.#matching[lane](type);
  }

  /** Those that an event is for: none where it is for one webhook alone. */
  wanting(
    { type, webhookId }: Pick<EventRecord, 'type' | 'webhookId'>,
    lane: ListenerLane,
  ): readonly RegisteredListener[] {
    return webhookId === null ? this.matching(type, lane) : [];
  }

  findAsync(name: string): RegisteredListener | undefined {
    return this.#listeners.find((listener) => listener.lane === 'async' && listener.name === name);
  }

  #replace(listeners: readonly RegisteredListener[]): void {
    this.#listeners = listeners;
    this.#matching = this.#matchers();
  }

  #matchers(): Readonly<Record<ListenerLane, (type: string) => readonly RegisteredListener[]>> {
    const ofLane = (lane: ListenerLane) =>
      remember((type) => this.#listeners.filter((each) => each.lane === lane && each.takes(type)));
    return { sync: ofLane('sync'), async: ofLane('async') };
  }
}

/** A function on a pattern, as a registered listener. */
export function functionListener(
  pattern: string,
  handle: Handle,
  options: Pick<RegisteredListener, 'name' | 'lane' | 'retry' | 'isTransactional' | 'isOrdered'>,
): RegisteredListener {
  return { ...options, handle, takes: (type) => matchesPattern(pattern, type) };
}

/**
 * A `Listener` instance, as a registered listener: each event goes to the method named after it, or else, where a
 * pattern takes it in, to `handle`. Throws LISTENER_INVALID for one that could never get an event.
 */
export function classListener(
  listener: Listener,
  registry: EventRegistry<never> | AnyRegistry,
): RegisteredListener {
  const { name, lane, patterns } = listener;
  const methodName = remember(toMethodName);
  const methodFor = (type: string) => ownMethod(listener, methodName(type));
  const viaPattern = (type: string) => patterns.some((pattern) => matchesPattern(pattern, type));
  assertLane(name, lane, listener);
  assertListens(listener, registry);
  if (lane === 'async') refuseTransient(listener, registry);
  return {
    name,
    lane,
    retry: listener.retry === undefined ? null : toPolicy(`retry of ${name}`, listener.retry, standardRetry),
    isTransactional: listener.transaction,
    isOrdered: listener.order !== undefined,
    takes: (type) => methodFor(type) !== undefined || viaPattern(type),
    handle: (event, ...context) =>
      ((methodFor(event.type) ?? listener.handle) as Handle | undefined)?.call(listener, event, ...context),
  };
}

/** Throws LISTENER_INVALID: in no lane it would never run, and what is not stored is neither tried again, nor marked, nor put in order. */
export function assertLane(
  name: string,
  lane: unknown,
  {
    retry,
    transaction,
    order,
  }: { readonly retry?: unknown; readonly transaction?: unknown; readonly order?: unknown },
): void {
  if (lane !== 'sync' && lane !== 'async')
    throw invalid(name, `expected the lane "sync" or "async", got "${lane}"`);
  if (lane === 'sync' && retry !== undefined)
    throw invalid(name, 'retry is for the async lane, whose runs are stored');
  if (transaction !== undefined && typeof transaction !== 'boolean')
    throw invalid(name, `expected true or false as transaction, got ${typeof transaction}`);
  if (lane === 'sync' && transaction)
    throw invalid(name, 'transaction is for the async lane, whose runs are stored');
  if (order !== undefined && order !== 'subject')
    throw invalid(name, `expected the order "subject" or none, got ${JSON.stringify(order) ?? typeof order}`);
  if (lane === 'sync' && order !== undefined)
    throw invalid(name, 'order is for the async lane, whose runs are stored');
}

/** Throws LISTENER_INVALID where one in the async lane waits for what is never stored. */
export function assertStored(name: string, pattern: string, registry: AnyRegistry): void {
  if (registry.isTransient(pattern))
    throw invalid(name, `"${pattern}" is transient, and so never in the async lane, whose runs are stored`);
}

function refuseTransient(listener: Listener, registry: AnyRegistry): void {
  const own = registry.types
    .map(({ type }) => type)
    .filter((type) => ownMethod(listener, toMethodName(type)));
  for (const pattern of [...listener.patterns, ...own]) assertStored(listener.name, pattern, registry);
}

function ownMethod(listener: Listener, name: string): Handle | undefined {
  const member: unknown = Reflect.get(listener, name);
  const isOurs = name === 'handle' || name === 'constructor' || name in Object.prototype;
  return typeof member === 'function' && !isOurs ? (member as Handle) : undefined;
}

function assertListens(listener: Listener, registry: AnyRegistry): void {
  const { name, patterns } = listener;
  const badPattern = patterns.find((pattern) => !isEventPattern(pattern));
  if (badPattern !== undefined) throw invalid(name, `"${badPattern}" is not an event pattern`);
  for (const pattern of patterns) registry.assertPattern(pattern);
  if (patterns.length > 0 && !listener.handle) throw invalid(name, 'it has patterns but no handle() method');
  if (registry.isOpen || patterns.length > 0) return;
  const known = registry.types.map(({ type }) => toMethodName(type));
  if (known.some((method) => ownMethod(listener, method))) return;
  const [misspelt] = misspeltMethods(listener, registry);
  const suggestion = misspelt ? `; did you mean ${misspelt.meant}() where it says ${misspelt.method}()?` : '';
  throw invalid(name, `no method of it is named after an event type${suggestion}`);
}

const MAX_TYPOS = 2;

/** Methods that are named almost, not quite, after an event type: they would never be called. */
export function misspeltMethods(
  listener: Listener,
  registry: AnyRegistry,
): readonly { readonly method: string; readonly meant: string }[] {
  const known = new Set(registry.types.map(({ type }) => toMethodName(type)));
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(listener));
  return methods
    .filter((method) => !known.has(method))
    .flatMap((method) => {
      const meant = nearest(method, known, MAX_TYPOS);
      return meant === null ? [] : [{ method, meant }];
    });
}

function invalid(listener: string, problem: string): HooklineError {
  return new HooklineError('LISTENER_INVALID', { listener, problem });
}
