import type { IncomingHttpHeaders } from 'node:http';

/** Node's headers as one text per name: repeated ones joined with `, `, as RFC 9110 section 5.3 allows. */
export function lowerCaseHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}
