import { headersProblem } from '../delivery/check-credentials.js';
import { HooklineError } from '../errors.js';
import type { EventOptions } from './new-event.js';

const MAX_KEY_LENGTH = 255;
const MAX_DELAY_MS = 365 * 24 * 60 * 60 * 1_000;
/** What only an event that is stored can have. */
const STORED_ONLY = ['webhookId', 'idempotencyKey', 'deliverAt', 'delayMs', 'headers'] as const;

/** How an event is put in, besides what it says. */
export interface Entry {
  readonly idempotencyKey: string | null;
  /** Not fanned out before it; null: at once. */
  readonly dueAt: number | null;
}

/** Throws OPTION_INVALID. */
export function entryOf({ idempotencyKey, deliverAt, delayMs }: EventOptions, now: number): Entry {
  return {
    idempotencyKey: idempotencyKey === undefined ? null : checkKey(idempotencyKey),
    dueAt: dueAtOf(deliverAt, delayMs, now),
  };
}

/** Throws OPTION_INVALID. */
export function checkHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const problem = headersProblem(headers);
  if (problem === null) return headers;
  throw invalid('headers', 'headers that may be sent', problem);
}

/** Throws OPTION_INVALID for what a transient event cannot have. */
export function refuseStoredOptions(type: string, options: EventOptions): void {
  const option = STORED_ONLY.find((name) => options[name] !== undefined);
  if (option === undefined) return;
  throw invalid(
    option,
    `none with "${type}", which is transient: it is not stored, and for no webhook`,
    'one',
  );
}

function checkKey(key: string): string {
  if (typeof key === 'string' && /^[\x20-\x7e]+$/.test(key) && key.length <= MAX_KEY_LENGTH) return key;
  throw invalid('idempotencyKey', `1 to ${MAX_KEY_LENGTH} printable ASCII characters`, typeof key);
}

function dueAtOf(deliverAt: number | undefined, delayMs: number | undefined, now: number): number | null {
  if (deliverAt === undefined && delayMs === undefined) return null;
  if (deliverAt !== undefined && delayMs !== undefined)
    throw invalid('deliverAt', 'no delayMs beside it', 'both');
  const dueAt = deliverAt ?? now + Number(delayMs);
  const isTime =
    Number.isInteger(dueAt) && dueAt <= now + MAX_DELAY_MS && (delayMs === undefined || delayMs >= 0);
  if (isTime) return dueAt <= now ? null : dueAt;
  const option = deliverAt === undefined ? 'delayMs' : 'deliverAt';
  throw invalid(option, 'whole milliseconds, up to a year ahead', deliverAt ?? delayMs);
}

function invalid(option: string, expected: string, got: unknown): HooklineError {
  return new HooklineError('OPTION_INVALID', { option, expected, got });
}
