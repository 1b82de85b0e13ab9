import { HooklineError } from '../../errors.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { textAt } from '../request-field.js';
import { findHeader } from '../request-headers.js';
import type { Tolerance } from './scheme.js';
import type { ListItem } from './signature-list.js';
import { TIMESTAMP_FORMATS, type TimestampFormat } from './timestamp-format.js';

/** Where the timestamp of a request stands, how it is written, and how far from now it may be. */
export interface TimestampRule extends Tolerance {
  /** Headers in lower case, or fields of the body, of which the first that is there counts; an item of the signature header. */
  readonly from:
    | { readonly headers: readonly string[] }
    | { readonly label: string }
    | { readonly paths: readonly string[] };
  readonly format: TimestampFormat;
}

/** What a request holds besides the rule: its headers, and the items of its signature header. */
export interface TimestampPlaces {
  readonly request: ReceivedRequest;
  readonly items: readonly ListItem[];
  readonly signatureHeader: string;
}

/** A timestamp as it was written, since those characters are what was signed, and the instant it means. */
export interface SignedTimestamp {
  readonly text: string;
  readonly atMs: number;
}

/** Throws TIMESTAMP_INVALID. */
export function readTimestamp(rule: TimestampRule, places: TimestampPlaces): SignedTimestamp {
  const text = locate(rule, places);
  const { toMs, expected } = TIMESTAMP_FORMATS[rule.format];
  const atMs = text === null ? null : toMs(text);
  if (text !== null && atMs !== null) return { text, atMs };
  throw new HooklineError('TIMESTAMP_INVALID', { expected, header: nameOf(rule, places) });
}

/** Throws TIMESTAMP_OUT_OF_RANGE. */
export function assertFresh(
  { format }: Pick<TimestampRule, 'format'>,
  { atMs }: SignedTimestamp,
  { past, future }: Tolerance,
  now: number,
): void {
  const ageS = format === 's' ? Math.floor(now / 1_000) - atMs / 1_000 : (now - atMs) / 1_000;
  const toleranceS = ageS < 0 ? future : past;
  if (Math.abs(ageS) <= toleranceS) return;
  throw new HooklineError('TIMESTAMP_OUT_OF_RANGE', { ageS: Math.ceil(Math.abs(ageS)), toleranceS });
}

/** One that stands twice in a list is none. */
function locate({ from }: TimestampRule, { request, items }: TimestampPlaces): string | null {
  if ('headers' in from) return findHeader(request, from.headers)?.value ?? null;
  if ('paths' in from) return firstText(request.content.data, from.paths);
  let found: string | null = null;
  for (const { label, value } of items) {
    if (label !== from.label) continue;
    if (found !== null) return null;
    found = value;
  }
  return found;
}

function firstText(data: unknown, paths: readonly string[]): string | null {
  for (const path of paths) {
    const text = textAt(data, path);
    if (text !== null) return text;
  }
  return null;
}

function nameOf({ from }: TimestampRule, { signatureHeader }: TimestampPlaces): string {
  if ('headers' in from) return from.headers.join(' or ');
  return 'paths' in from ? `"${from.paths.join('" or "')}" of the body` : signatureHeader;
}
