import type { IncomingHttpHeaders } from 'node:http';

/** Node's headers as one text per name: repeated ones joined with `, `, as RFC 9110 section 5.3 allows. Those that are so stay. */
export function lowerCaseHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return isOfTexts(headers) ? headers : joinedHeaders(headers);
}

function isOfTexts(headers: IncomingHttpHeaders): headers is Record<string, string> {
  for (const name in headers) {
    if (typeof headers[name] !== 'string' || name.toLowerCase() !== name) return false;
  }
  return true;
}

function joinedHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const joined: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}
