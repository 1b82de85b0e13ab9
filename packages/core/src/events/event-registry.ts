import type { StandardSchemaV1 } from '@standard-schema/spec';
import { HooklineError } from '../errors.js';
import type { Visibility } from './event.js';
import { isEventType, nearest, toMethodName } from './event-name.js';
import { isEventPattern, matchesPattern } from './event-pattern.js';
import type { EventDefinition, EventDefinitions, OpenRegistry } from './event-types.js';

export interface PayloadOptions {
  /** `internal` events reach listeners only, never a webhook. Default: `subscribable`. */
  readonly visibility?: Visibility;
  /** The type that takes this one's place; a webhook that subscribes to the old one is warned about. */
  readonly deprecated?: { readonly replacement: string };
  /** One sentence for catalogues. */
  readonly description?: string;
}

declare const TYPES: unique symbol;

export interface PayloadDefinition<Input, Output> extends PayloadOptions {
  readonly schema: StandardSchemaV1 | null;
  readonly [TYPES]?: { readonly input: Input; readonly output: Output };
}

/**
 * Declares an event's data: by type alone, or by any Standard Schema (zod, valibot, arktype...), checked at dispatch.
 *
 * Data goes through JSON, so listeners get text where a `Date` was dispatched: declare what JSON can carry. What an
 * inbound source sent is taken as its sender signed it, without a check against the schema.
 */
export function payload<Data>(options?: PayloadOptions): PayloadDefinition<Data, Data>;
export function payload<Schema extends StandardSchemaV1>(
  schema: Schema,
  options?: PayloadOptions,
): PayloadDefinition<StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>>;
export function payload(
  first: StandardSchemaV1 | PayloadOptions = {},
  second: PayloadOptions = {},
): PayloadDefinition<unknown, unknown> {
  return isSchema(first) ? { ...second, schema: first } : { ...first, schema: null };
}

/** An event type, as catalogues and the admin route show it. */
export interface EventTypeInfo {
  readonly type: string;
  readonly visibility: Visibility;
  readonly description: string | null;
  /** The type to use in its place; null where it is not deprecated. */
  readonly replacement: string | null;
}

interface EventTypeEntry extends EventTypeInfo {
  readonly schema: StandardSchemaV1 | null;
}

/** The event types of one hub. Immutable but for the namespaces that inbound sources open. */
export class EventRegistry<Definitions extends EventDefinitions> {
  declare readonly definitions: Definitions;
  /** True for a hub created without `events`: it knows every well-formed type. */
  readonly isOpen: boolean;
  readonly #entries: ReadonlyMap<string, EventTypeEntry>;
  /** The longest first: `github.issues.*` says more of an issue than `github.*`. */
  readonly #groups: readonly EventTypeEntry[];
  readonly #namespaces = new Set<string>();

  constructor(definitions: EventDefinitions, options: { readonly isOpen: boolean }) {
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

  /** The visibility of a type, or null where it is unknown. A source's undeclared events are internal. */
  visibilityOf(type: string): Visibility | null {
    const entry = this.#find(type);
    if (entry) return entry.visibility;
    if (this.#inNamespace(type)) return 'internal';
    return this.isOpen && isEventType(type) ? 'subscribable' : null;
  }

  replacementOf(type: string): string | null {
    return this.#entries.get(type)?.replacement ?? null;
  }

  /** Throws EVENT_TYPE_INVALID or EVENT_TYPE_UNKNOWN, with the nearest known type. */
  assertKnown(type: string): void {
    if (typeof type !== 'string' || !isEventType(type))
      throw new HooklineError('EVENT_TYPE_INVALID', { type });
    if (this.visibilityOf(type) === null) throw unknownType(type, this.#entries.keys());
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
    return isEventPattern(pattern) && this.#canMatch(pattern, (visibility) => visibility === 'subscribable');
  }

  suggestSubscription(pattern: string): string | null {
    const subscribable = this.types.filter((info) => info.visibility === 'subscribable');
    return nearest(
      pattern,
      subscribable.map((info) => info.type),
    );
  }

  /** The data as listeners and receivers see it: the schema's output. Throws EVENT_DATA_INVALID with the schema's issues. */
  async validate(type: string, data: unknown): Promise<unknown> {
    const schema = this.#find(type)?.schema;
    if (!schema) return data;
    const result = await schema['~standard'].validate(data);
    if (!result.issues) return result.value;
    const issues = result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
    const problem = issues
      .map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message))
      .join('; ');
    throw new HooklineError('EVENT_DATA_INVALID', { type, problem, issues });
  }

  openNamespace(name: string): void {
    this.#namespaces.add(name);
  }

  #find(type: string): EventTypeEntry | undefined {
    return this.#entries.get(type) ?? this.#groups.find((group) => matchesPattern(group.type, type));
  }

  #inNamespace(type: string): boolean {
    return this.#namespaces.has(type.split('.', 1)[0] ?? '');
  }

  #canMatch(pattern: string, accepts: (visibility: Visibility) => boolean): boolean {
    if (pattern === '*') return true;
    if (this.#inNamespace(pattern) && accepts('internal')) return true;
    if (this.isOpen) return !this.#inNamespace(pattern);
    const overlaps = (entry: EventTypeEntry) =>
      matchesPattern(pattern, entry.type) || matchesPattern(entry.type, pattern.replace(/\.\*$/, '.any'));
    return [...this.#entries.values()].some((entry) => overlaps(entry) && accepts(entry.visibility));
  }
}

/**
 * Declares the event types of a hub, with the types of their data.
 *
 * A name is lower-case segments joined by dots; `github.*` declares a whole group at once. Each name has one
 * listener method (`conversation.status_changed`: `conversationStatusChanged`), and two names that would share
 * one are refused. Throws EVENT_TYPE_INVALID, EVENT_TYPE_COLLISION, EVENT_TYPE_UNKNOWN (a replacement).
 *
 * @example
 * const events = defineEvents({
 *   'conversation.created': payload<{ conversation: Conversation }>(),
 *   'message.created': z.object({ id: z.number(), text: z.string() }),
 *   'agent.added': payload<{ agentId: number }>({ visibility: 'internal' }),
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

function isSchema(value: object): value is StandardSchemaV1 {
  return '~standard' in value;
}

function toEntry(type: string, definition: EventDefinition): EventTypeEntry {
  const isGroup = type.endsWith('.*');
  if (!isEventType(isGroup ? type.slice(0, -2) : type))
    throw new HooklineError('EVENT_TYPE_INVALID', { type });
  const { schema, visibility, description, deprecated } = isSchema(definition)
    ? { schema: definition, visibility: undefined, description: undefined, deprecated: undefined }
    : definition;
  return {
    type,
    schema,
    visibility: visibility ?? 'subscribable',
    description: description ?? null,
    replacement: deprecated?.replacement ?? null,
  };
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

function pathOf(issue: StandardSchemaV1.Issue): string {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
