import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ListenerContext } from '../listeners/listener.js';
import type { Event } from './event.js';
import type { PayloadDefinition } from './event-definition.js';
import type { EventRegistry } from './event-registry.js';

/** What a value in `defineEvents({...})` may be: `payload<T>()`, `payload(schema)`, or a Standard Schema itself. */
export type EventDefinition = PayloadDefinition<unknown, unknown> | StandardSchemaV1;
export type EventDefinitions = Readonly<Record<string, EventDefinition>>;

// biome-ignore lint/suspicious/noExplicitAny: stands for a registry of whatever definitions
export type AnyRegistry = EventRegistry<any>;
/** The registry of a hub created without `events`: every well-formed event type is known, its data unknown. */
export type OpenRegistry = EventRegistry<Readonly<Record<string, PayloadDefinition<unknown, unknown>>>>;

type Definitions<R extends AnyRegistry> = R extends EventRegistry<infer D> ? D : never;
type Declared<R extends AnyRegistry> = keyof Definitions<R> & string;

/** `github.*`, declared as a group, stands for every type that starts with it. */
type Expand<Name extends string> = Name extends `${infer Head}.*` ? `${Head}.${string}` : Name;

/** Every event type of a registry. */
export type TypeOf<R extends AnyRegistry> = Expand<Declared<R>>;

type Groups<Name extends string> = Name extends `${infer Head}.${infer Tail}`
  ? `${Head}.*` | `${Head}.${Groups<Tail>}`
  : never;

/** Every event pattern that can match an event type of a registry. */
export type PatternOf<R extends AnyRegistry> = '*' | TypeOf<R> | Groups<Declared<R>>;

type DefinitionOf<R extends AnyRegistry, Type extends string> = {
  [Name in Declared<R>]: Type extends Expand<Name> ? Definitions<R>[Name] : never;
}[Declared<R>];

type InputOf<Definition> =
  Definition extends PayloadDefinition<infer Input, infer _>
    ? Input
    : Definition extends StandardSchemaV1
      ? StandardSchemaV1.InferInput<Definition>
      : never;

type OutputOf<Definition> =
  Definition extends PayloadDefinition<infer _, infer Output>
    ? Output
    : Definition extends StandardSchemaV1
      ? StandardSchemaV1.InferOutput<Definition>
      : never;

/** What `dispatch` takes for an event type. */
export type DataInput<R extends AnyRegistry, Type extends string> = InputOf<DefinitionOf<R, Type>>;

type Matching<R extends AnyRegistry, Pattern extends string> = Pattern extends '*'
  ? Declared<R>
  : Pattern extends `${infer Head}.*`
    ? Extract<Declared<R>, `${Head}.${string}`>
    : { [Name in Declared<R>]: Pattern extends Expand<Name> ? Name : never }[Declared<R>];

/** The event that listeners of a pattern receive: for a group, the union of its events. */
export type EventFor<R extends AnyRegistry, Pattern extends string> =
  string extends Declared<R>
    ? Event
    : {
        [Name in Matching<R, Pattern>]: Event<MatchedType<Name, Pattern>, OutputOf<Definitions<R>[Name]>>;
      }[Matching<R, Pattern>];

type MatchedType<Name extends string, Pattern extends string> = Name extends `${string}.*`
  ? Pattern extends Expand<Name>
    ? Pattern
    : Expand<Name>
  : Name;

type MethodName<Type extends string> = Type extends `${infer Head}.${infer Tail}`
  ? `${MethodName<Head>}${Capitalize<MethodName<Tail>>}`
  : Type extends `${infer Head}_${infer Tail}`
    ? `${Head}${Capitalize<MethodName<Tail>>}`
    : Type;

/** The methods a listener of a registry may have: `conversationStatusChanged(event)` for `conversation.status_changed`. */
export type ListenerMethods<R extends AnyRegistry> = {
  readonly [Type in Declared<R> as Type extends `${string}.*`
    ? never
    : string extends Type
      ? never
      : MethodName<Type>]?: (event: EventFor<R, Type>, context: ListenerContext<never>) => unknown;
};
