import type { StandardSchemaV1 } from '@standard-schema/spec';
import { HooklineError } from '../errors.js';
import type { Visibility } from './event.js';
import { isEventType } from './event-name.js';

export interface PayloadOptions {
  /** `internal` events reach listeners only, never a webhook. Default: `subscribable`, and `internal` for a transient one. */
  readonly visibility?: Visibility;
  /**
   * Heard by the sync listeners of the process that dispatches it, and then forgotten: stored nowhere, so that no
   * webhook, no async listener, no other process and no transaction has part in it. For typing indicators, presence,
   * and cues within a process. Default false.
   */
  readonly transient?: boolean;
  /** The type that takes this one's place; a webhook that subscribes to the old one is warned about. */
  readonly deprecated?: { readonly replacement: string };
  /** One sentence for catalogues. */
  readonly description?: string;
}

/** What is not stored reaches no webhook. */
type Reachable =
  | { readonly transient?: false }
  | { readonly transient: true; readonly visibility?: 'internal' };

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
export function payload<Data>(options?: PayloadOptions & Reachable): PayloadDefinition<Data, Data>;
export function payload<Schema extends StandardSchemaV1>(
  schema: Schema,
  options?: PayloadOptions & Reachable,
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
  /** Heard in the dispatching process alone, and stored nowhere. */
  readonly transient: boolean;
  readonly description: string | null;
  /** The type to use in its place; null where it is not deprecated. */
  readonly replacement: string | null;
}

export interface EventTypeEntry extends EventTypeInfo {
  readonly schema: StandardSchemaV1 | null;
}

/** Throws EVENT_TYPE_INVALID, and OPTION_INVALID for one that is transient and subscribable. */
export function toEntry(
  type: string,
  definition: PayloadDefinition<unknown, unknown> | StandardSchemaV1,
): EventTypeEntry {
  const name = type.endsWith('.*') ? type.slice(0, -2) : type;
  if (!isEventType(name)) throw new HooklineError('EVENT_TYPE_INVALID', { type });
  const options: PayloadOptions = isSchema(definition) ? {} : definition;
  const { transient = false, visibility = transient ? 'internal' : 'subscribable' } = options;
  if (transient && visibility !== 'internal') throw unreachable(type, visibility);
  return {
    type,
    schema: isSchema(definition) ? definition : definition.schema,
    visibility,
    transient,
    description: options.description ?? null,
    replacement: options.deprecated?.replacement ?? null,
  };
}

function isSchema(value: object): value is StandardSchemaV1 {
  return '~standard' in value;
}

function unreachable(type: string, visibility: string): HooklineError {
  return new HooklineError('OPTION_INVALID', {
    option: `visibility of "${type}"`,
    expected: '"internal", since a transient event is not stored and reaches no webhook',
    got: `"${visibility}"`,
  });
}
