import { nearest } from '../events/event-name.js';

/** What a field may be. */
export type Kinds = readonly ('string' | 'number' | 'boolean' | 'object')[];

const TEXT: Kinds = ['string'];
const ID: Kinds = ['string', 'number'];
const OBJECT: Kinds = ['object'];

/** What is sent of every event; null: the app's own. */
const FIELDS: Readonly<Record<string, Kinds | null | Readonly<Record<string, Kinds>>>> = {
  type: TEXT,
  timestamp: TEXT,
  account: { id: ID },
  data: null,
  changes: null,
  actor: { type: TEXT, id: ID },
  subject: { type: TEXT, id: ID },
  snapshot: ['boolean'],
};
const SIDES = ['previous', 'current'];

export type Found = { readonly problem: string } | { readonly kinds: Kinds | null };

/** Says why no payload has the field of this path, or what is known of the values in it: null is anything. */
export function pathProblem(path: string, isTop: boolean): Found {
  const segments = path.split('.');
  if (segments.includes('')) return { problem: 'expected names, with a dot between each two' };
  if (!isTop) return { kinds: null };
  const [first = '', second, third] = segments;
  if (!Object.hasOwn(FIELDS, first))
    return { problem: `is no field of what is sent; ${suggested(path, first)}` };
  if (first === 'changes' && third !== undefined && !SIDES.includes(third))
    return { problem: 'expected "previous" or "current" after the name of what changed' };
  const field = FIELDS[first] ?? null;
  if (field === null) return { kinds: first === 'changes' && third === undefined ? OBJECT : null };
  if (!isKinds(field)) return partProblem(field, segments);
  return second === undefined ? { kinds: field } : leaf(first);
}

function partProblem(
  parts: Readonly<Record<string, Kinds>>,
  [whole = '', part, ...rest]: readonly string[],
): Found {
  if (part === undefined) return { kinds: OBJECT };
  const kinds = Object.hasOwn(parts, part) ? parts[part] : undefined;
  if (kinds !== undefined) return rest.length === 0 ? { kinds } : leaf(`${whole}.${part}`);
  return { problem: `expected ${whole}.${Object.keys(parts).join(` or ${whole}.`)}` };
}

function leaf(path: string) {
  return { problem: `${path} has no fields` };
}

function suggested(path: string, first: string): string {
  const meant = nearest(first, Object.keys(FIELDS), 2);
  return `did you mean ${meant === null ? `data.${path}` : meant + path.slice(first.length)}?`;
}

function isKinds(field: Kinds | Readonly<Record<string, Kinds>>): field is Kinds {
  return Array.isArray(field);
}
