import { readContent } from '../request-content.js';
import { textAt } from '../request-field.js';
import type { Draft } from './scheme.js';

/** Puts a value into the JSON object of a body, unless it has one there. */
export function setField(
  draft: Draft,
  path: string,
  value: string | number,
): { readonly draft: Draft; readonly timestamp: string } {
  const { data } = readContent(draft.body, draft.headers['content-type'] ?? null);
  const present = textAt(data, path);
  if (present !== null) return { draft, timestamp: present };
  const body = Buffer.from(JSON.stringify(withValue(data, path.split('.'), value)));
  return { draft: { ...draft, body }, timestamp: String(value) };
}

/** Lists are made where a key is a number. */
export function withValue(data: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(data) || (data === undefined && /^\d+$/.test(key))) {
    const list: unknown[] = Array.isArray(data) ? [...data] : [];
    list[Number(key)] = withValue(list[Number(key)], rest, value);
    return list;
  }
  const object = typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  const inner = Object.hasOwn(object, key) ? object[key] : undefined;
  return { ...object, [key]: withValue(inner, rest, value) };
}
