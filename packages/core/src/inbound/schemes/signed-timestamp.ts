import { HooklineError } from '../../errors.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { textAt } from '../request-field.js';
import { findHeader } from '../request-headers.js';
import type { Tolerance } from './scheme.js';
import type { ListItem } from './signature-list.js';
import { TIMESTAMP_FORMATS, type TimestampFormat } from './timestamp-format.js';

/** Where the timestamp of a request stands, how it is written, and how far from now it may be. */
export interface TimestampRule extends Tolerance {
  /** Headers in lower case, of which the first that is there counts; an item of the signature header; a field of the body. */
  readonly from:
    | { readonly headers: readonly string[] }
    | { readonly label: string }
    | { readonly path: string };
  readonly format: TimestampFormat;
}

/** What a request holds besides the rule: its headers, and the items of its signature header. */
export interface TimestampPlaces {
  readonly request: ReceivedRequest;
  readonly items: readonly ListItem[];
  readonly signatureHeader: string;
}

/** The timestamp as it was written, since those characters are what was signed. Throws TIMESTAMP_INVALID. */
export function readTimestamp(rule: TimestampRule, places: TimestampPlaces): string {
  const { value, place } = locate(rule, places);
  const { toMs, expected } = TIMESTAMP_FORMATS[rule.format];
  if (value !== null && toMs(value) !== null) return value;
  throw new HooklineError('TIMESTAMP_INVALID', { expected, header: place });
}

/** Throws TIMESTAMP_OUT_OF_RANGE. */
export function assertFresh(
  { format }: Pick<TimestampRule, 'format'>,
  timestamp: string,
  { past, future }: Tolerance,
  now: number,
): void {
  const at = TIMESTAMP_FORMATS[format].toMs(timestamp) ?? Number.NaN;
  const ageS = format === 's' ? Math.floor(now / 1_000) - at / 1_000 : (now - at) / 1_000;
  const toleranceS = ageS < 0 ? future : past;
  if (Math.abs(ageS) <= toleranceS) return;
  throw new HooklineError('TIMESTAMP_OUT_OF_RANGE', { ageS: Math.ceil(Math.abs(ageS)), toleranceS });
}

function locate(
  { from }: TimestampRule,
  { request, items, signatureHeader }: TimestampPlaces,
): { readonly value: string | null; readonly place: string } {
  if ('headers' in from) {
    const place = from.headers.join(' or ');
    return { value: findHeader(request, from.headers)?.value ?? null, place };
  }
  if ('path' in from)
    return { value: textAt(request.content.data, from.path), place: `"${from.path}" of the body` };
  const found = items.filter((item) => item.label === from.label);
  const [first] = found;
  return { value: found.length === 1 && first ? first.value : null, place: signatureHeader };
}
