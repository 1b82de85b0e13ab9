import { timingSafeEqual } from 'node:crypto';

/**
 * Whether two texts (as UTF-8) or byte sequences are equal, in a time that tells no more than whether their
 * lengths are. Never throws, unlike `timingSafeEqual`.
 */
export function equalInConstantTime(first: string | Uint8Array, second: string | Uint8Array): boolean {
  const a = toBytes(first);
  const b = toBytes(second);
  return a.length === b.length && timingSafeEqual(a, b);
}

function toBytes(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}
