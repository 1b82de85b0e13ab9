import type { IoredisClient } from './options.js';

/** Options as they came from the caller, of whatever type. */
export type Unchecked = Readonly<Record<string, unknown>>;

/** What is wrong with the options is added here. */
export type Problems = string[];

export function isRecord(value: unknown): value is Unchecked {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isIoredisClient(value: unknown): value is IoredisClient {
  if (!isRecord(value) || typeof value.status !== 'string' || !isRecord(value.options)) return false;
  const client: Unchecked = value;
  return ['duplicate', 'disconnect', 'defineCommand', 'on'].every(
    (method) => typeof client[method] === 'function',
  );
}

export function isCluster(value: unknown): boolean {
  return isIoredisClient(value) && 'isCluster' in value && value.isCluster === true;
}

/** What came, without its content: it may hold a password. */
export function describe(value: unknown): string {
  if (value === '') return 'an empty string';
  if (value === null || ['undefined', 'boolean', 'number'].includes(typeof value)) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (isIoredisClient(value)) return 'a client';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
