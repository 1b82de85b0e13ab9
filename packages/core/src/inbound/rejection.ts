import { timeChars } from '../adapters/random-id-generator.js';
import type { ErrorCode, HooklineError } from '../errors.js';
import type { HttpRequest } from '../http/types.js';
import { safeText } from '../safe-text.js';

const HOUR_MS = 3_600_000;
const MAX_TEXT_LENGTH = 300;

/** A request that was refused, as far as it is looked at. */
export type RejectedRequest = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'remoteAddress'>;

/** What the newest request of a kind looked like: no signature, nothing of the body. */
export interface RejectionSample {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The peer's address on the socket. */
  readonly remoteAddress: string | null;
  readonly userAgent: string | null;
  readonly contentType: string | null;
  readonly contentLength: string | null;
  /** Why it was refused. */
  readonly message: string;
}

/** The requests of a source that were refused for one reason within an hour. */
export interface RejectionRecord {
  readonly id: string;
  /** The source's name in this app. */
  readonly source: string;
  readonly code: ErrorCode;
  /** When the hour began. */
  readonly hourAt: number;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly sample: RejectionSample;
}

export function toRejection(
  source: string,
  request: RejectedRequest,
  error: HooklineError,
  now: number,
): RejectionRecord {
  const { code } = error;
  const hourAt = now - (now % HOUR_MS);
  return {
    id: rejectionId(source, code, hourAt),
    ...{ source, code, hourAt, count: 1, firstAt: now, lastAt: now },
    sample: sampleOf(request, error),
  };
}

/** Two of the same id as one. */
export function joinRejections(known: RejectionRecord, more: RejectionRecord): RejectionRecord {
  return {
    ...(more.lastAt >= known.lastAt ? more : known),
    count: known.count + more.count,
    firstAt: Math.min(known.firstAt, more.firstAt),
  };
}

/** The same in every process, and sorting by the hour. No code begins with another and `_`, so none is taken for another. */
function rejectionId(source: string, code: ErrorCode, hourAt: number): string {
  const reason = code.slice('ERR_HOOKLINE_'.length).toLowerCase();
  return `rej_${timeChars(hourAt)}_${reason}_${source}`;
}

function sampleOf(request: RejectedRequest, { message }: HooklineError): RejectionSample {
  const { method, url, headers, remoteAddress } = request;
  const header = (name: string) => shortText(Object.hasOwn(headers, name) ? headers[name] : undefined);
  return {
    method: safeText(method, MAX_TEXT_LENGTH),
    path: safeText(url.split(/[?#]/, 1)[0] ?? '', MAX_TEXT_LENGTH),
    remoteAddress: shortText(remoteAddress),
    userAgent: header('user-agent'),
    contentType: header('content-type'),
    contentLength: header('content-length'),
    message: safeText(message, MAX_TEXT_LENGTH),
  };
}

function shortText(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : safeText(text, MAX_TEXT_LENGTH);
}
