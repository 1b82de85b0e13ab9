/** Beyond it the way through JSON is as good. */
const MAX_DEPTH = 32;
/** A code unit is at most `\u0000` in JSON. */
const MAX_BYTES_PER_UNIT = 6;
const MAX_NUMBER_BYTES = 25;
/** Quotes, colon, comma and braces around a value and its key; `false` where it is one. */
const MAX_FRAME_BYTES = 10;

/** What JSON text of the copied values takes at most, in bytes. */
export interface Weight {
  maxBytes: number;
}

/** The value is none that can be copied without asking JSON what becomes of it. */
export const UNFIT = Symbol('unfit');

/**
 * A deeply frozen copy that differs in nothing from what `JSON.parse(JSON.stringify(value))` answers, for values
 * of plain objects, arrays, text, numbers, booleans and null; for all others UNFIT.
 */
export function frozenCopy(value: unknown, weight: Weight, depth = 0): unknown {
  weight.maxBytes += MAX_FRAME_BYTES;
  switch (typeof value) {
    case 'string':
      weight.maxBytes += value.length * MAX_BYTES_PER_UNIT;
      return value;
    case 'number':
      weight.maxBytes += MAX_NUMBER_BYTES;
      // there is no -0 in JSON
      return Number.isFinite(value) ? value + 0 : null;
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      return depth < MAX_DEPTH ? copyOf(value, weight, depth + 1) : UNFIT;
    default:
      return UNFIT;
  }
}

function copyOf(value: object, weight: Weight, depth: number): unknown {
  if ('toJSON' in value) return UNFIT;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return copyOfObject(value as Record<string, unknown>, weight, depth);
  return prototype === Array.prototype && Array.isArray(value) ? copyOfArray(value, weight, depth) : UNFIT;
}

function copyOfObject(object: Readonly<Record<string, unknown>>, weight: Weight, depth: number): unknown {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) {
    const value = isPlain(object, key) ? object[key] : UNFIT;
    if (value === undefined) continue;
    if (value === UNFIT) return UNFIT;
    // to assign it would set the prototype
    if (key === '__proto__') return UNFIT;
    weight.maxBytes += key.length * MAX_BYTES_PER_UNIT;
    const inner = frozenCopy(value, weight, depth);
    if (inner === UNFIT) return UNFIT;
    copy[key] = inner;
  }
  return Object.freeze(copy);
}

/** To read an accessor runs somebody's code, which may throw, or must not run twice. */
function isPlain(object: object, key: string): boolean {
  return Object.getOwnPropertyDescriptor(object, key)?.get === undefined;
}

function copyOfArray(array: readonly unknown[], weight: Weight, depth: number): unknown {
  const copy: unknown[] = [];
  for (const value of array) {
    const inner = value === undefined ? null : frozenCopy(value, weight, depth);
    if (inner === UNFIT) return UNFIT;
    copy.push(inner);
  }
  return Object.freeze(copy);
}
