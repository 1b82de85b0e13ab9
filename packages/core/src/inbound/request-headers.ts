import type { InboundRequest, ReceivedRequest } from './inbound-request.js';

export interface FoundHeader {
  readonly name: string;
  readonly value: string;
}

/** The first of these headers (in lower case) that is there and not empty. */
export function findHeader(
  request: Pick<ReceivedRequest, 'header'>,
  names: readonly string[],
): FoundHeader | null {
  for (const name of names) {
    const value = request.header(name);
    if (value !== null) return { name, value };
  }
  return null;
}

/** Own properties only: a header may be called `constructor`. */
export function headerValue(headers: InboundRequest['headers'], name: string): string | null {
  const value: unknown = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}
