import { HooklineError } from '../errors.js';
import { remember } from '../remember.js';
import type { Visibility } from './event.js';
import { type EventTypeEntry, type EventTypeInfo, toEntry } from './event-definition.js';
import { isEventType, nearest, toMethodName } from './event-name.js';
import { isEventPattern, matchesPattern } from './event-pattern.js';
import type { EventDefinitions, OpenRegistry } from './event-types.js';
import { isReserved, OPERATIONAL_TYPES, refuseReserved } from './operational-events.js';
import { validateData } from './validate-data.js';

/** What a dispatch must know of a type. */
export type KnownType = Pick<EventTypeEntry, 'visibility' | 'transient' | 'schema'>;

/** The event types of one hub. Immutable but for the namespaces that inbound sources open. */
export class EventRegistry<Definitions extends EventDefinitions> {
  declare readonly definitions: Definitions;
  /** True for a hub created without `events`: it knows every well-formed type. */
  readonly isOpen: boolean;
  readonly #entries: ReadonlyMap<string, EventTypeEntry>;
  /** The longest first: `github.issues.*` says more of an issue than `github.*`. */
  readonly #groups: readonly EventTypeEntry[];
  readonly #namespaces = new Set<string>();
  #lookUp = remember((type) => this.#look(type));

  constructor(definitions: EventDefinitions, options: { readonly isOpen: boolean }) {
    for (const type of Object.keys(definitions)) refuseReserved(type);
    const entries = Object.entries(definitions).map(([type, definition]) => toEntry(type, definition));
    refuseCollisions(entries);
    this.isOpen = options.isOpen;
    this.#groups = entries
      .filter((entry) => entry.type.endsWith('.*'))
      .sort((a, b) => b.type.length - a.type.length);
    this.#entries = new Map(entries.map((entry) => [entry.type, entry]));
    refuseUnknownReplacements(this.#entries);
  }

  get types(): readonly EventTypeInfo[] {
    return [...this.#entries.values()].map(({ schema: _, ...info }) => info);
  }

  /** Throws EVENT_TYPE_INVALID or EVENT_TYPE_UNKNOWN, with the nearest known type. */
  lookUp(type: string): KnownType {
    if (typeof type !== 'string') throw new HooklineError('EVENT_TYPE_INVALID', { type });
    return this.#lookUp(type);
  }

  /** The visibility of a type, or null where it is unknown. A source's undeclared events are internal. */
  visibilityOf(type: string): Visibility | null {
    return this.#known(type)?.visibility ?? null;
  }

  replacementOf(type: string): string | null {
    return this.#entries.get(type)?.replacement ?? null;
  }

  /** Throws EVENT_TYPE_INVALID or EVENT_TYPE_UNKNOWN, with the nearest known type. */
  assertKnown(type: string): void {
    this.lookUp(type);
  }

  /** Throws EVENT_TYPE_UNKNOWN where no known type can match the pattern. */
  assertPattern(pattern: string): void {
    if (typeof pattern !== 'string' || !isEventPattern(pattern)) {
      throw new HooklineError('EVENT_TYPE_INVALID', { type: pattern });
    }
    if (!this.#canMatch(pattern, () => true)) throw unknownType(pattern, this.#entries.keys());
  }

  /** Whether a webhook's subscription to this pattern can ever bring it an event. */
  isSubscribable(pattern: string): boolean {
    return isEventPattern(pattern) && this.#canMatch(pattern, ({ visibility }) => isShown(visibility));
  }

  /** Whether nothing that this pattern can bring is ever stored. */
  isTransient(pattern: string): boolean {
    if (isEventType(pattern)) return this.#known(pattern)?.transient === true;
    return !this.#canMatch(pattern, ({ transient }) => !transient);
  }

  suggestSubscription(pattern: string): string | null {
    const subscribable = this.types.filter((info) => isShown(info.visibility));
    return nearest(
      pattern,
      subscribable.map((info) => info.type),
    );
  }

  /**
   * The data as listeners and receivers see it: the schema's output, a promise of it only where the schema answers with
   * one. Throws EVENT_DATA_INVALID with the schema's issues, and as `lookUp` does.
   */
  validate(type: string, data: unknown): unknown {
    const { schema } = this.lookUp(type);
    return schema === null ? data : validateData(type, schema, data);
  }

  /** Throws OPTION_INVALID where a transient type is declared in it: what a source sends is stored in any case. */
  openNamespace(name: string): void {
    const contradiction = [...this.#entries.values()].find(
      ({ type, transient }) => transient && matchesPattern(`${name}.*`, type),
    );
    if (contradiction) throw transientOfSource(contradiction.type, name);
    this.#namespaces.add(name);
    this.#lookUp = remember((type) => this.#look(type));
  }

  #look(type: string): KnownType {
    refuseReserved(type);
    if (!isEventType(type)) throw new HooklineError('EVENT_TYPE_INVALID', { type });
    const known = this.#known(type);
    if (known === null) throw unknownType(type, this.#entries.keys());
    return known;
  }

  #known(type: string): KnownType | null {
    const entry = this.#find(type);
    if (entry) return entry;
    if (this.#inNamespace(type) || isReserved(type)) return UNDECLARED.internal;
    return this.isOpen && isEventType(type) ? UNDECLARED.subscribable : null;
  }

  #find(type: string): EventTypeEntry | undefined {
    return this.#entries.get(type) ?? this.#groups.find((group) => matchesPattern(group.type, type));
  }

  #inNamespace(type: string): boolean {
    return this.#namespaces.has(type.split('.', 1)[0] ?? '');
  }

  #canMatch(pattern: string, accepts: (type: KnownType) => boolean): boolean {
    if (pattern === '*') return true;
    if (isReserved(pattern)) return isOperational(pattern) && accepts(UNDECLARED.internal);
    if (this.#inNamespace(pattern) && accepts(UNDECLARED.internal)) return true;
    if (this.isOpen) return !this.#inNamespace(pattern);
    const overlaps = (entry: EventTypeEntry) =>
      matchesPattern(pattern, entry.type) || matchesPattern(entry.type, pattern.replace(/\.\*$/, '.any'));
    return [...this.#entries.values()].some((entry) => overlaps(entry) && accepts(entry));
  }
}

function isOperational(pattern: string): boolean {
  return OPERATIONAL_TYPES.some((type) => matchesPattern(pattern, type));
}

const UNDECLARED: Readonly<Record<Visibility, KnownType>> = {
  internal: { visibility: 'internal', transient: false, schema: null },
  subscribable: { visibility: 'subscribable', transient: false, schema: null },
};

function isShown(visibility: Visibility): boolean {
  return visibility === 'subscribable';
}

/**
 * Declares the event types of a hub, with the types of their data.
 *
 * A name is lower-case segments joined by dots; `github.*` declares a whole group at once. Each name has one
 * listener method (`conversation.status_changed`: `conversationStatusChanged`), and two names that would share
 * one are refused. Throws EVENT_TYPE_INVALID, EVENT_TYPE_COLLISION, EVENT_TYPE_UNKNOWN (a replacement), and
 * OPTION_INVALID (one that is transient and subscribable).
 *
 * @example
 * const events = defineEvents({
 *   'conversation.created': payload<{ conversation: Conversation }>(),
 *   'message.created': z.object({ id: z.number(), text: z.string() }),
 *   'agent.added': payload<{ agentId: number }>({ visibility: 'internal' }),
 *   'typing.started': payload<{ conversationId: number }>({ transient: true }),
 * });
 */
export function defineEvents<const Definitions extends EventDefinitions>(
  definitions: Definitions,
): EventRegistry<Definitions> {
  return new EventRegistry<Definitions>(definitions, { isOpen: false });
}

/** The registry of a hub that declares nothing. */
export function openRegistry(): OpenRegistry {
  return new EventRegistry({}, { isOpen: true });
}

function refuseCollisions(entries: readonly EventTypeEntry[]): void {
  const owners = new Map<string, string>();
  for (const { type } of entries) {
    const method = toMethodName(type);
    const first = owners.get(method);
    if (first !== undefined) throw new HooklineError('EVENT_TYPE_COLLISION', { first, second: type, method });
    owners.set(method, type);
  }
}

function refuseUnknownReplacements(entries: ReadonlyMap<string, EventTypeEntry>): void {
  for (const { replacement } of entries.values()) {
    if (replacement !== null && !entries.has(replacement)) throw unknownType(replacement, entries.keys());
  }
}

function unknownType(type: string, known: Iterable<string>): HooklineError {
  const suggestion = nearest(type, known);
  return new HooklineError('EVENT_TYPE_UNKNOWN', {
    type,
    suggestion: suggestion === null ? '' : ` Did you mean "${suggestion}"?`,
    nearest: suggestion,
  });
}

function transientOfSource(type: string, source: string): HooklineError {
  return new HooklineError('OPTION_INVALID', {
    option: `transient of "${type}"`,
    expected: `false, since what the source "${source}" sends is stored`,
    got: true,
  });
}
