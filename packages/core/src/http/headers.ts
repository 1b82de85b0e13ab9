import type { IncomingHttpHeaders } from 'node:http';

/** Node's headers as one text per name: repeated ones joined with `, `, as RFC 9110 section 5.3 allows. */
export function lowerCaseHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const joined: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}
