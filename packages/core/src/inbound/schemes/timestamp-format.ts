/** How senders write an instant: Unix seconds or milliseconds, RFC 3339, ISO 8601 without a zone (UTC), an HTTP date. */
export type TimestampFormat = 's' | 'ms' | 'rfc3339' | 'iso-utc' | 'http-date';

interface Format {
  /** Named in errors. */
  readonly expected: string;
  /** Null for anything that is not written exactly so. */
  readonly toMs: (text: string) => number | null;
  readonly write: (ms: number) => string;
}

const UNIX = /^\d{1,15}$/;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?$/;
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

export const TIMESTAMP_FORMATS: Readonly<Record<TimestampFormat, Format>> = {
  s: {
    expected: 'Unix seconds',
    toMs: (text) => (UNIX.test(text) ? Number(text) * 1_000 : null),
    write: (ms) => String(Math.floor(ms / 1_000)),
  },
  ms: {
    expected: 'Unix milliseconds',
    toMs: (text) => (UNIX.test(text) ? Number(text) : null),
    write: (ms) => String(ms),
  },
  rfc3339: {
    expected: 'a date and time as RFC 3339 writes it',
    toMs: (text) => (RFC_3339.test(text) ? parse(text) : null),
    write: (ms) => new Date(ms).toISOString(),
  },
  'iso-utc': {
    expected: 'a date and time in ISO 8601, in UTC and without a zone',
    toMs: (text) => (WITHOUT_ZONE.test(text) ? parse(`${text}Z`) : null),
    write: (ms) => new Date(ms).toISOString().slice(0, -1),
  },
  'http-date': {
    expected: 'an HTTP date',
    toMs: (text) => (HTTP_DATE.test(text) ? parse(text) : null),
    write: (ms) => new Date(ms).toUTCString(),
  },
};

function parse(text: string): number | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
