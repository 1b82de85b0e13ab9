import type { ReceivedRequest } from './inbound-request.js';

/** Where a request says something: in a header, or in its body under a path such as `data.id` or `events.0.type`. */
export type FieldLocator = { readonly header: string } | { readonly path: string };

/** What each item of a list says; of several paths joined by a dot. */
export interface EachLocator {
  readonly each: string;
  readonly path: string | readonly string[];
}

/**
 * Where a sender says something: at one place, at the first of several where it is, at several whose texts are joined
 * by a dot, in each item of a list (the same in all, or joined by a comma), or as a function finds it.
 */
export type Locator =
  | FieldLocator
  | { readonly query: string }
  | { readonly first: readonly Locator[] }
  | { readonly joined: readonly Locator[] }
  | EachLocator
  | ((request: ReceivedRequest) => string | null);

/** Finds text or a whole number that is there and not empty, as text; else null. */
export type ReadField = (request: ReceivedRequest) => string | null;

/** Throws PAYLOAD_NOT_JSON where it reads the body. */
export function fieldReader(locator: Locator): ReadField {
  if (typeof locator === 'function') return locator;
  if ('header' in locator) {
    const name = locator.header.toLowerCase();
    return (request) => request.header(name);
  }
  if ('query' in locator) return (request) => request.query(locator.query) || null;
  if ('each' in locator) return (request) => readEach(locator, request.content.data);
  if ('first' in locator) return firstReader(locator.first.map(fieldReader));
  if ('joined' in locator) return joinedReader(locator.joined.map(fieldReader));
  const keys = keysOf(locator.path);
  return (request) => toText(valueBehind(request.content.data, keys));
}

function firstReader(readers: readonly ReadField[]): ReadField {
  return (request) => {
    for (const read of readers) {
      const text = read(request);
      if (text !== null) return text;
    }
    return null;
  };
}

function joinedReader(readers: readonly ReadField[]): ReadField {
  return (request) => joinedTexts(readers.map((read) => read(request)));
}

export function describeField(locator: FieldLocator): string {
  return 'header' in locator ? `the header ${locator.header}` : `"${locator.path}" in its JSON body`;
}

/** What stands at a path of a body, such as `data.id`; the whole of it for an empty path. */
export function valueAt(data: unknown, path: string): unknown {
  return valueBehind(data, keysOf(path));
}

function keysOf(path: string): readonly string[] {
  return path === '' ? [] : path.split('.');
}

/** Own properties only: a field may be called `constructor`. */
function valueBehind(data: unknown, keys: readonly string[]): unknown {
  let value = data;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** The text at a path of a body, or null. */
export function textAt(data: unknown, path: string): string | null {
  return toText(valueAt(data, path));
}

function readEach({ each, path }: EachLocator, data: unknown): string | null {
  const items = valueAt(data, each);
  if (!Array.isArray(items)) return null;
  const paths = typeof path === 'string' ? [path] : path;
  const texts = new Set(items.map((item) => joinedTexts(paths.map((inner) => textAt(item, inner)))));
  texts.delete(null);
  return texts.size === 0 ? null : [...texts].join(',');
}

function joinedTexts(texts: readonly (string | null)[]): string | null {
  let joined: string | null = null;
  for (const text of texts) {
    if (text !== null) joined = joined === null ? text : `${joined}.${text}`;
  }
  return joined;
}

/** A number beyond 2^53 was rounded by JSON.parse, and two ids must not become one. */
function toText(value: unknown): string | null {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
