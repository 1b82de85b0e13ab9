import type { ReceivedRequest } from './inbound-request.js';

/** Where a request says something: in a header, or in its body under a path such as `data.id` or `events.0.type`. */
export type FieldLocator = { readonly header: string } | { readonly path: string };

/**
 * Where a sender says something: at one place, at the first of several where it is, at several whose texts are joined
 * by a dot, in each item of a list (the same in all, or joined by a comma), or as a function finds it.
 */
export type Locator =
  | FieldLocator
  | { readonly query: string }
  | { readonly first: readonly Locator[] }
  | { readonly joined: readonly Locator[] }
  | { readonly each: string; readonly path: string }
  | ((request: ReceivedRequest) => string | null);

/** Text or a whole number that is there and not empty, as text; else null. Throws PAYLOAD_NOT_JSON where it reads the body. */
export function readField(locator: Locator, request: ReceivedRequest): string | null {
  if (typeof locator === 'function') return locator(request);
  if ('header' in locator) return request.header(locator.header.toLowerCase());
  if ('query' in locator) return request.query(locator.query) || null;
  if ('each' in locator) return readEach(locator, request.content.data);
  if ('path' in locator) return toText(valueAt(request.content.data, locator.path));
  if ('first' in locator) return readFirst(locator.first, request);
  const texts = locator.joined.map((part) => readField(part, request)).filter((text) => text !== null);
  return texts.length === 0 ? null : texts.join('.');
}

export function describeField(locator: FieldLocator): string {
  return 'header' in locator ? `the header ${locator.header}` : `"${locator.path}" in its JSON body`;
}

/** Own properties only: a field may be called `constructor`. */
export function valueAt(data: unknown, path: string): unknown {
  if (path === '') return data;
  let value = data;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** The text at a path of a body, or null. */
export function textAt(data: unknown, path: string): string | null {
  return toText(valueAt(data, path));
}

function readFirst(locators: readonly Locator[], request: ReceivedRequest): string | null {
  for (const locator of locators) {
    const text = readField(locator, request);
    if (text !== null) return text;
  }
  return null;
}

function readEach(
  { each, path }: { readonly each: string; readonly path: string },
  data: unknown,
): string | null {
  const items = valueAt(data, each);
  if (!Array.isArray(items)) return null;
  const texts = new Set(items.map((item) => textAt(item, path)));
  texts.delete(null);
  return texts.size === 0 ? null : [...texts].join(',');
}

/** A number beyond 2^53 was rounded by JSON.parse, and two ids must not become one. */
function toText(value: unknown): string | null {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
