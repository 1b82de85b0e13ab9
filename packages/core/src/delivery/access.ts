import type { RequestTls } from '../ports/http-client.js';
import type { FailureReason } from './attempt.js';

/** What a request brings to be let in. */
export interface Granted {
  readonly kind: 'granted';
  /** Null for none. */
  readonly headers: Readonly<Record<string, string>> | null;
  readonly tls: RequestTls | null;
}

/** No token was to be had: counts as a failed attempt. */
export interface Denied {
  readonly kind: 'denied';
  readonly reason: FailureReason;
  readonly message: string;
}

/** RFC 7617, in UTF-8. */
export function basicAuth(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
