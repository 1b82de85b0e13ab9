import { refuseUnknown } from '../check-options.js';
import { headersProblem } from '../delivery/check-credentials.js';
import { HooklineError } from '../errors.js';
import type { DispatchAllOptions, DispatchOptions, EventOptions, NewEvent } from './new-event.js';

const MAX_KEY_LENGTH = 255;
const MAX_DELAY_MS = 365 * 24 * 60 * 60 * 1_000;
/** What only an event that is stored can have. */
const STORED_ONLY = ['webhookId', 'idempotencyKey', 'deliverAt', 'delayMs', 'headers'] as const;

/** Every name, or the types say that one is missing. */
type Names<Options> = Readonly<Record<keyof Options, true>>;

const EVENT_NAMES: Names<EventOptions> = {
  account: true,
  changes: true,
  actor: true,
  subject: true,
  cause: true,
  timestamp: true,
  context: true,
  snapshot: true,
  idempotencyKey: true,
  deliverAt: true,
  delayMs: true,
  headers: true,
  webhookId: true,
};
const DISPATCH: Names<DispatchOptions> = { ...EVENT_NAMES, transaction: true };
const NEW_EVENT: Names<NewEvent> = { ...EVENT_NAMES, type: true, data: true };
const ALL: Names<DispatchAllOptions> = { transaction: true, replacing: true, unlessCaptured: true };

/** Throws OPTION_INVALID for a name that no option of a dispatch has, with the nearest that one has. */
export function checkDispatchNames(options: DispatchOptions): void {
  checkNames(options, DISPATCH);
}

/** The same for an event of `dispatchAll`. */
export function checkEventNames(event: NewEvent): void {
  checkNames(event, NEW_EVENT);
}

/** The same for what all the events of `dispatchAll` have in common. */
export function checkAllNames(options: DispatchAllOptions): void {
  checkNames(options, ALL);
}

function checkNames(options: unknown, known: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null)
    throw invalid('dispatch', 'an object of options', options === null ? 'null' : typeof options);
  for (const name in options) {
    if (!Object.hasOwn(known, name)) refuseUnknown(name, Object.keys(known));
  }
}

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
  const [option, given, from] =
    deliverAt === undefined ? (['delayMs', delayMs, now] as const) : (['deliverAt', deliverAt, 0] as const);
  const dueAt = from + Number(given);
  const isTime = Number.isInteger(given) && dueAt <= now + MAX_DELAY_MS && (from === 0 || dueAt >= now);
  if (isTime) return dueAt <= now ? null : dueAt;
  const got = typeof given === 'number' ? given : typeof given;
  throw invalid(option, 'whole milliseconds, up to a year ahead', got);
}

function invalid(option: string, expected: string, got: unknown): HooklineError {
  return new HooklineError('OPTION_INVALID', { option, expected, got });
}
