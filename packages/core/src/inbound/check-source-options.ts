import { refuseMisspelt } from '../check-options.js';
import { HooklineError } from '../errors.js';
import type { Tolerance } from './schemes/scheme.js';
import type { Sender, SourceOptions } from './sender.js';

const OPTIONS = ['secret', 'toleranceS', 'url', 'subject', 'account', 'respond'];

/** The tolerance, null for the sender's own. Throws OPTION_INVALID for options that are wrong, or that say nothing to this sender. */
export function checkSourceOptions<More>(sender: Sender<More>, options: SourceOptions): Tolerance | null {
  const { url, toleranceS, respond, account, subject } = options;
  for (const name of Object.keys(options)) refuseMisspelt(name, [...OPTIONS, ...(sender.ownOptions ?? [])]);
  if (url !== undefined) {
    assert('url', sender.scheme.signsUrl, `nothing: ${sender.title} does not sign it`, url);
    const isRight = typeof url === 'function' || /^https?:\/\/[^/?#]/i.test(url);
    assert('url', isRight, 'a URL with scheme and host, or a function that answers one', url);
  }
  assertFunction('respond', respond);
  assertFunction('account', account);
  if (subject !== undefined && typeof subject !== 'function') requireField('subject', subject);
  if (toleranceS === undefined) return null;
  assert(
    'toleranceS',
    sender.scheme.tolerance !== null,
    `nothing: ${sender.title} signs no timestamp`,
    toleranceS,
  );
  return toTolerance(toleranceS, sender);
}

/** Throws OPTION_INVALID for what tells no place in a request. */
export function requireField(option: string, field: unknown): void {
  const { header, path } = (field ?? {}) as { readonly header?: unknown; readonly path?: unknown };
  const isRight =
    typeof field === 'object' && [header, path].filter((each) => typeof each === 'string').length === 1;
  assert(
    option,
    isRight,
    "{ header: 'X-Name' } or { path: 'a.field' }",
    typeof field === 'object' ? 'another object' : field,
  );
}

/** One number is for the sides that the sender limits. */
function toTolerance<More>(toleranceS: number | Tolerance, { scheme }: Sender<More>): Tolerance {
  if (typeof toleranceS === 'object' && toleranceS !== null) {
    const { past, future } = toleranceS;
    assertSeconds(past);
    assertSeconds(future);
    return { past, future };
  }
  assertSeconds(toleranceS);
  const { past = 0, future = 0 } = scheme.tolerance ?? {};
  const limited = (side: number) => (side === Number.POSITIVE_INFINITY ? side : toleranceS);
  const isUnlimited = past === Number.POSITIVE_INFINITY && future === Number.POSITIVE_INFINITY;
  return isUnlimited
    ? { past: toleranceS, future: toleranceS }
    : { past: limited(past), future: limited(future) };
}

function assertSeconds(seconds: unknown): void {
  const isRight = typeof seconds === 'number' && seconds > 0;
  assert('toleranceS', isRight, 'seconds, more than 0 (Infinity takes requests of any age)', seconds);
}

/** Throws OPTION_INVALID for what is no name of a header. */
export function requireHeaderName(option: string, name: unknown): string {
  const isRight = typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name);
  assert(option, isRight, 'the name of a header', name);
  return name as string;
}

/** Throws OPTION_INVALID for none of the choices. */
export function requireChoice<Choice extends string>(
  option: string,
  choices: readonly Choice[],
  got: unknown,
): Choice {
  assert(option, (choices as readonly unknown[]).includes(got), choices.join(' or '), got);
  return got as Choice;
}

function assertFunction(option: string, value: unknown): void {
  if (value !== undefined) assert(option, typeof value === 'function', 'a function', value);
}

function assert(option: string, isRight: boolean, expected: string, got: unknown): void {
  if (!isRight) throw new HooklineError('OPTION_INVALID', { option, expected, got: String(got) });
}
