import { inspect } from 'node:util';
import type { Actor, Changes, Subject } from './event.js';

/** What of an event stands in its payload alone. */
interface Content {
  readonly data: unknown;
  readonly changes?: Changes;
  readonly actor?: Actor;
  readonly subject?: Subject;
  readonly snapshot?: true;
}

export type OptionalKey = Exclude<keyof Content, 'data'>;

const OPTIONAL_KEYS: readonly OptionalKey[] = ['changes', 'actor', 'subject', 'snapshot'];
const ANY_OPTIONAL_KEY = /"(?:changes|actor|subject|snapshot)":/;
const NONE: readonly OptionalKey[] = [];

/** Read from the payload when somebody looks at it, once, and deeply frozen. */
export class StoredContent {
  readonly #payload: string;
  #content: Content | null = null;

  constructor(payload: string) {
    this.#payload = payload;
  }

  read(): Content {
    this.#content ??= deepFreeze(JSON.parse(this.#payload) as Content);
    return this.#content;
  }

  /** Which of the optional keys are there. Only a payload that names one, if only in its data, is read for that. */
  optionalKeys(): readonly OptionalKey[] {
    if (!ANY_OPTIONAL_KEY.test(this.#payload)) return NONE;
    const content = this.read();
    return OPTIONAL_KEYS.filter((key) => content[key]);
  }
}

/** Which of the optional keys the content will have, from what it is made of; null where its JSON decides. */
export function optionalKeysOf(
  parts: Readonly<Partial<Record<OptionalKey, unknown>>>,
): readonly OptionalKey[] | null {
  const { changes, actor, subject, snapshot } = parts;
  if (changes === undefined && actor === undefined && subject === undefined && snapshot === undefined)
    return NONE;
  const given = OPTIONAL_KEYS.filter((key) => parts[key] !== undefined);
  const isSure = given.every((key) => parts[key] === true || isPlainObject(parts[key]));
  return isSure ? given : null;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !('toJSON' in value);
}

const CONTENT = Symbol('content');

interface HasContent {
  readonly [CONTENT]: StoredContent;
}

/** One descriptor for all events, or each would have a hidden class of its own. */
const READERS: Readonly<Record<keyof Content, PropertyDescriptor>> = {
  data: readerOf('data'),
  changes: readerOf('changes'),
  actor: readerOf('actor'),
  subject: readerOf('subject'),
  snapshot: readerOf('snapshot'),
};

function readerOf(key: keyof Content): PropertyDescriptor {
  return {
    enumerable: true,
    get(this: HasContent) {
      return this[CONTENT].read()[key];
    },
  };
}

/** So that a log shows what is there, in place of the getters. */
const SHOWN: PropertyDescriptor = {
  value(this: object) {
    return { ...this };
  },
};

export function defineReader(event: object, key: keyof Content): void {
  Object.defineProperty(event, key, READERS[key]);
}

/** What the readers read. By a symbol rather than a private field: so they work through a Proxy, too. */
export function attachContent(event: object, content: StoredContent): void {
  Object.defineProperty(event, CONTENT, { value: content });
  Object.defineProperty(event, inspect.custom, SHOWN);
}

/** Without recursion: data may be nested deeper than the stack is. */
export function deepFreeze<T extends object>(value: T): T {
  const waiting: object[] = [value];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    Object.freeze(next);
    for (const inner of Object.values(next)) {
      if (typeof inner === 'object' && inner !== null) waiting.push(inner);
    }
  }
  return value;
}
