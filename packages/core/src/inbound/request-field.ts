import { headerValue } from './request-headers.js';
import type { InboundRequest } from './source.js';

/** Where a request says something: in a header, or in its JSON body under a path such as `data.id`. */
export type FieldLocator = { readonly header: string } | { readonly path: string };

/** Text or a whole number that is there and not empty, as text; else null. */
export function readField(locator: FieldLocator, request: InboundRequest, data: unknown): string | null {
  if ('header' in locator) return headerValue(request.headers, locator.header.toLowerCase());
  return toText(valueAt(data, locator.path));
}

export function describeField(locator: FieldLocator): string {
  return 'header' in locator ? `the header ${locator.header}` : `"${locator.path}" in its JSON body`;
}

function valueAt(data: unknown, path: string): unknown {
  let value = data;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** A number beyond 2^53 was rounded by JSON.parse, and two ids must not become one. */
function toText(value: unknown): string | null {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
