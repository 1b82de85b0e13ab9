import type { RequestTls } from '../ports/http-client.js';
import type { FailureReason } from './attempt.js';

/** An access token, as it was given for one set of credentials. */
export interface AccessToken {
  readonly kind: 'token';
  /** Of the credentials. */
  readonly name: string;
  readonly token: string;
}

/** What a request brings to be let in. */
export interface Granted {
  readonly kind: 'granted';
  /** Null for none. */
  readonly headers: Readonly<Record<string, string>> | null;
  readonly tls: RequestTls | null;
  /** The one in the headers; null where none had to be asked for. */
  readonly token: AccessToken | null;
}

/** No token was to be had: counts as a failed attempt. */
export interface Denied {
  readonly kind: 'denied';
  readonly reason: FailureReason;
  readonly message: string;
  /** Whoever gives tokens asked to be left alone for at least this long; 0 where they did not. */
  readonly notBeforeMs: number;
}

/** RFC 7617, in UTF-8. */
export function basicAuth(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
