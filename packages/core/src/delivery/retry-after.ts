/** Longest wait that a receiver can ask for with `retry-after`. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1_000;
const MAX_SECONDS_DIGITS = 10;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';
const MONTH = `(?<month>${MONTHS.join('|')})`;
/** The three forms that a recipient must accept (RFC 9110, section 5.6.7): IMF-fixdate, RFC 850, asctime. All are in GMT. */
const HTTP_DATES = [
  `[A-Z][a-z]{2}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `[A-Z][a-z]{5,8}, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT`,
  `[A-Z][a-z]{2} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/**
 * How long a receiver asks to be left alone, in milliseconds from `now` on: seconds or an HTTP date (RFC 9110, section
 * 10.2.3), a day at most. 0 for what is in the past, and for anything else.
 */
export function retryAfterMs(value: string | undefined, now: number): number {
  const text = value?.trim() ?? '';
  const isSeconds = /^\d+$/.test(text);
  if (isSeconds && text.length > MAX_SECONDS_DIGITS) return MAX_RETRY_AFTER_MS;
  const ms = isSeconds ? Number(text) * 1_000 : (httpDate(text, now) ?? now) - now;
  return Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

function httpDate(text: string, now: number): number | null {
  for (const form of HTTP_DATES) {
    const parts = form.exec(text)?.groups;
    if (parts) return instantOf(parts, now);
  }
  return null;
}

function instantOf(parts: Readonly<Record<string, string>>, now: number): number {
  const { day, month = '', year = '', hour, minute, second } = parts;
  const of = (fullYear: number) =>
    Date.UTC(fullYear, MONTHS.indexOf(month), Number(day), Number(hour), Number(minute), Number(second));
  if (year.length === 4) return of(Number(year));
  const century = Math.floor(new Date(now).getUTCFullYear() / 100) * 100;
  const instant = of(century + Number(year));
  // two digits that seem to be more than 50 years ahead are of the past (RFC 9110)
  const isAhead = new Date(instant).getUTCFullYear() - new Date(now).getUTCFullYear() > 50;
  return isAhead ? of(century - 100 + Number(year)) : instant;
}
