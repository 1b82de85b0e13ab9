import type { ColumnType } from './columns.js';

/** The OID of an element type, as in Postgres's pg_type.dat, and how its values are sent in binary. */
interface ElementType {
  readonly oid: number;
  sizeOf(value: unknown): number;
  write(value: unknown, into: Buffer, at: number): void;
}

const TEXT: ElementType = {
  oid: 25,
  sizeOf: (value) => Buffer.byteLength(String(value)),
  write: (value, into, at) => into.write(String(value), at),
};

const ELEMENT_TYPES: Readonly<Record<ColumnType, ElementType>> = {
  text: TEXT,
  json: TEXT,
  integer: { oid: 23, sizeOf: () => 4, write: (value, into, at) => into.writeInt32BE(value as number, at) },
  bigint: { oid: 20, sizeOf: () => 8, write: (value, into, at) => writeInt64(value as number, into, at) },
  boolean: { oid: 16, sizeOf: () => 1, write: (value, into, at) => into.writeInt8(value ? 1 : 0, at) },
  bytea: {
    oid: 17,
    sizeOf: (value) => (value as Buffer).length,
    write: (value, into, at) => (value as Buffer).copy(into, at),
  },
};

function writeInt64(value: number, into: Buffer, at: number): void {
  const high = Math.floor(value / 2 ** 32);
  into.writeInt32BE(high, at);
  into.writeUInt32BE(value - high * 2 ** 32, at + 4);
}

/**
 * A list of values on its way to the driver, which turns an array into text, character by character, and lets
 * Postgres take it apart again. In binary neither side has to look at what is in it.
 */
export class BoundArray {
  readonly #type: ColumnType;
  readonly #values: readonly unknown[];

  /** The values are as `toColumn` gives them. */
  constructor(type: ColumnType, values: readonly unknown[]) {
    this.#type = type;
    this.#values = values;
  }

  /** What pg asks for; a Buffer is sent in binary. */
  toPostgres(): Buffer {
    return encodeArray(ELEMENT_TYPES[this.#type], this.#values);
  }

  /** What a log of the statement shows. Also for a driver that sends nothing in binary. */
  toJSON(): readonly unknown[] {
    return this.#values;
  }
}

const HEADER_BYTES = 12;
const DIMENSION_BYTES = 8;
const NULL_SIZE = -1;

/**
 * The format of `array_recv` in src/backend/utils/adt/arrayfuncs.c of Postgres: the number of dimensions, whether
 * there are nulls, the type; length and lower bound of the dimension; then each element behind its size.
 */
function encodeArray(type: ElementType, values: readonly unknown[]): Buffer {
  const sizes = values.map((value) => (value === null ? NULL_SIZE : type.sizeOf(value)));
  const isEmpty = values.length === 0;
  const head = isEmpty ? HEADER_BYTES : HEADER_BYTES + DIMENSION_BYTES;
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + Math.max(0, size), head));
  bytes.writeInt32BE(isEmpty ? 0 : 1, 0);
  bytes.writeInt32BE(sizes.includes(NULL_SIZE) ? 1 : 0, 4);
  bytes.writeInt32BE(type.oid, 8);
  if (isEmpty) return bytes;
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = head;
  for (const [i, size] of sizes.entries()) {
    at = bytes.writeInt32BE(size, at);
    if (size === NULL_SIZE) continue;
    type.write(values[i], bytes, at);
    at += size;
  }
  return bytes;
}
