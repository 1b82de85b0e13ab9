import { HooklineError } from '../errors.js';
import type { AccountId, Actor } from '../events/event.js';
import { isStorableId } from '../safe-text.js';

/**
 * What events dispatched in the course of something have in common. What is left out, or undefined, is not known.
 * JSON can carry it, into a job of the app's own, say.
 */
export interface Context {
  /** Who does it. */
  readonly actor?: Actor | undefined;
  /** The tenant it is done for: of events whose `account` is not named. `null` for none. */
  readonly account?: AccountId | null | undefined;
  /** Of the request it is part of; kept with its events, and never sent. Up to 255 characters. */
  readonly requestId?: string | undefined;
  /** The event it follows from; `null` for none. */
  readonly causationId?: string | null | undefined;
  /** The first event of the chain, by which all of it is found. Default: each event begins a chain of its own. */
  readonly correlationId?: string | undefined;
  /** How many events led to it. Default 0. */
  readonly depth?: number | undefined;
}

interface Field {
  readonly expected: string;
  readonly takes: (value: unknown) => boolean;
}

/** Of the integer column that keeps it, with room for what follows. */
const MAX_DEPTH = 1_000_000_000;
const TEXT = 'text of 1 to 255 characters, none of them a control character';
const ACCOUNT: Field = { expected: `a whole number, ${TEXT}, or null`, takes: orNull(isStorableId) };
const ACTOR: Field = {
  expected: '{ type, id } with text as its type, and as its id text, a number or null',
  takes: isActor,
};
const FIELDS: Readonly<Record<keyof Context, Field>> = {
  actor: ACTOR,
  account: ACCOUNT,
  requestId: { expected: TEXT, takes: isStorableText },
  causationId: { expected: `${TEXT}, or null`, takes: orNull(isStorableText) },
  correlationId: { expected: TEXT, takes: isStorableText },
  depth: { expected: `a whole number from 0 to ${MAX_DEPTH}`, takes: isCount },
};

/** A copy of what is known in it. Throws OPTION_INVALID, naming the field under `name`. */
export function checkContext(context: unknown, name: string): Context {
  if (!isObject(context)) throw invalid(name, 'a context such as { actor, account }, or {}', context);
  const known: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(context)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(FIELDS, key)) throw unknownField(name, key);
    known[key] = checked(FIELDS[key as keyof Context], value, `${name}.${key}`);
  }
  return known;
}

/** Throws OPTION_INVALID. */
export function checkAccount(account: AccountId | null): AccountId | null {
  return checked(ACCOUNT, account, 'account');
}

/** Throws OPTION_INVALID. */
export function checkActor(actor: Actor): Actor {
  return checked(ACTOR, actor, 'actor');
}

function checked<Value>({ takes, expected }: Field, value: Value, option: string): Value {
  if (takes(value)) return value;
  throw invalid(option, expected, value);
}

function orNull(takes: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === null || takes(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStorableText(value: unknown): boolean {
  return typeof value === 'string' && isStorableId(value);
}

function isActor(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { type, id } = value as Readonly<Partial<Record<keyof Actor, unknown>>>;
  return isStorableText(type) && (id === null || isStorableText(id) || Number.isFinite(id));
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_DEPTH;
}

function unknownField(name: string, key: string): HooklineError {
  const expected = `no such field, only ${Object.keys(FIELDS).join(', ')}`;
  return new HooklineError('OPTION_INVALID', { option: `${name}.${key}`, expected, got: 'one' });
}

/** Of an object nothing is told but that it is one: it may be a whole user. */
function invalid(option: string, expected: string, value: unknown): HooklineError {
  const isShown = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  const got = isShown ? JSON.stringify(value) : Array.isArray(value) ? 'an array' : typeof value;
  return new HooklineError('OPTION_INVALID', { option, expected, got });
}
