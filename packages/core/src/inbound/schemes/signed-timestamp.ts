import { HooklineError } from '../../errors.js';
import { findHeader } from '../request-headers.js';
import type { InboundRequest } from '../source.js';
import type { ListItem } from './signature-list.js';

export type TimestampUnit = 's' | 'ms';

/** Where the timestamp of a request stands, and how far from now it may be. */
export interface TimestampRule {
  /** Headers in lower case, of which the first that is there counts; or an item of the signature header. */
  readonly from: { readonly headers: readonly string[] } | { readonly label: string };
  readonly unit: TimestampUnit;
  /** Never earlier than now by more than this; Infinity: however old. */
  readonly maxAgeS: number;
  /** Never later than now by more than this; Infinity: however far ahead. */
  readonly maxAheadS: number;
}

/** What a request holds besides the rule: its headers, and the items of its signature header. */
export interface TimestampPlaces {
  readonly request: InboundRequest;
  readonly items: readonly ListItem[];
  readonly signatureHeader: string;
}

/** The timestamp as it was written, since those characters are what was signed. Throws TIMESTAMP_INVALID. */
export function readTimestamp(rule: TimestampRule, places: TimestampPlaces): string {
  const { value, header } = locate(rule, places);
  if (value !== null && /^\d{1,15}$/.test(value)) return value;
  const expected = rule.unit === 's' ? 'Unix seconds' : 'Unix milliseconds';
  throw new HooklineError('TIMESTAMP_INVALID', { expected, header });
}

/** Throws TIMESTAMP_OUT_OF_RANGE. */
export function assertFresh(rule: TimestampRule, timestamp: string, now: number): void {
  const ageS =
    rule.unit === 's' ? Math.floor(now / 1_000) - Number(timestamp) : (now - Number(timestamp)) / 1_000;
  const toleranceS = ageS < 0 ? rule.maxAheadS : rule.maxAgeS;
  if (Math.abs(ageS) <= toleranceS) return;
  throw new HooklineError('TIMESTAMP_OUT_OF_RANGE', { ageS: Math.ceil(Math.abs(ageS)), toleranceS });
}

function locate(
  { from }: TimestampRule,
  { request, items, signatureHeader }: TimestampPlaces,
): { readonly value: string | null; readonly header: string } {
  if ('headers' in from) {
    const header = from.headers.join(' or ');
    return { value: findHeader(request, from.headers)?.value ?? null, header };
  }
  const found = items.filter((item) => item.label === from.label);
  const [first] = found;
  return { value: found.length === 1 && first ? first.value : null, header: signatureHeader };
}
