import { randomUUID } from 'node:crypto';
import { type EachLocator, type FieldLocator, type Locator, valueAt } from './request-field.js';
import { withValue } from './schemes/set-field.js';
import type { Sender } from './sender.js';
import type { SignedRequest, UnsignedRequest } from './source.js';

/** A request as its sender would make it: type and id where it has them, signed. */
export function signRequest<More>(
  { kind, scheme, id: idLocator, type: typeLocator }: Sender<More>,
  secret: string,
  request: UnsignedRequest,
): SignedRequest {
  const { id = randomUUID(), now = Date.now(), method = 'POST', url = 'https://localhost/' } = request;
  const headers = { 'content-type': 'application/json', ...lowerCase(request.headers ?? {}) };
  const own = request.body === undefined ? null : Buffer.from(request.body as Uint8Array);
  const given = { headers, data: own === null ? (request.data ?? {}) : undefined };
  const placed = place(place(given, typeLocator, request.type), idLocator, id);
  const body = own ?? Buffer.from(JSON.stringify(placed.data));
  const draft = { method, url, headers: placed.headers, body };
  return { ...draft, ...scheme.sign(draft, secret, { kind, now, id }) };
}

interface Placed {
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where the body is the caller's own. */
  readonly data: unknown;
}

/** Where it is to be read from; what the caller has put there stays. */
function place(placed: Placed, locator: Locator | undefined, text: string | undefined): Placed {
  if (text === undefined || locator === undefined || typeof locator === 'function') return placed;
  if ('header' in locator)
    return { ...placed, headers: { [locator.header.toLowerCase()]: text, ...placed.headers } };
  if ('first' in locator) return place(placed, locator.first[0], text);
  if ('joined' in locator) return placeParts(placed, locator.joined, text);
  if ('query' in locator || placed.data === undefined) return placed;
  if ('each' in locator) return placeParts(placed, ofFirstItem(locator), text);
  const { path } = locator;
  if (valueAt(placed.data, path) !== undefined) return placed;
  return { ...placed, data: withValue(placed.data, path.split('.'), text) };
}

function ofFirstItem({ each, path }: EachLocator): readonly FieldLocator[] {
  return [path].flat().map((inner) => ({ path: [each, '0', inner].filter(Boolean).join('.') }));
}

function placeParts(placed: Placed, locators: readonly Locator[], text: string): Placed {
  const parts = text.split('.');
  return locators.reduce((result, locator, index) => {
    const isLast = index === locators.length - 1;
    const part = isLast ? parts.slice(index).join('.') : parts[index];
    return place(result, locator, part === '' ? undefined : part);
  }, placed);
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
