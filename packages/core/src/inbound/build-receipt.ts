import type { EventRecord } from '../events/event.js';
import { safeText } from '../safe-text.js';
import type { InboundRequest } from './inbound-request.js';
import type { ReceiptRecord } from './receipt.js';
import type { AnySource, VerifiedRequest } from './source.js';
import { hashOf, MAX_KEY_LENGTH } from './storable-key.js';

const ALWAYS_SECRET = ['authorization', 'proxy-authorization', 'cookie'];
const INSTEAD_OF_SECRET = 'REDACTED';

/** A verified request, and what it became. */
export interface Reception {
  readonly name: string;
  readonly source: AnySource;
  readonly request: InboundRequest;
  readonly verified: VerifiedRequest;
  readonly receiptId: string;
  readonly event: EventRecord;
  readonly receivedAt: number;
}

export function buildReceipt(reception: Reception): ReceiptRecord {
  const { name, source, request, verified, receiptId: id, event, receivedAt } = reception;
  return {
    id,
    source: name,
    dedupeKey: verified.id === null ? id : toDedupeKey(verified.id, event.accountId),
    eventId: event.id,
    receivedAt,
    method: safeText(request.method),
    url: safeText(withoutSecretValues(request.url, source.secretQuery)),
    headers: withoutSecrets(request.headers, source.secretHeaders),
    body: request.body,
    erasedAt: null,
  };
}

/**
 * Two accounts may have the same id from one source. An id may hold what no index of a database takes: such a one is known by
 * its hash.
 */
function toDedupeKey(senderId: string, accountId: string | null): string {
  const id = accountId === null ? senderId : JSON.stringify([accountId, senderId]);
  if (id.length <= MAX_KEY_LENGTH && /^[\x20-\x7e]+$/.test(id)) return id;
  return hashOf(id);
}

function withoutSecrets(
  headers: InboundRequest['headers'],
  secretHeaders: readonly string[],
): Readonly<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!ALWAYS_SECRET.includes(name) && !secretHeaders.includes(name)) shown[name] = value;
  }
  return shown;
}

/** All else stays as it was written: a source may be asked to read it again. */
function withoutSecretValues(url: string, secretQuery: readonly string[]): string {
  const start = url.indexOf('?') + 1;
  if (secretQuery.length === 0 || start === 0) return url;
  const parts = url.slice(start).split('&');
  return url.slice(0, start) + parts.map((part) => withoutSecretValue(part, secretQuery)).join('&');
}

/** The name is compared as a source reads it: `to%6ben` is `token`. */
function withoutSecretValue(part: string, secretQuery: readonly string[]): string {
  const [name] = new URLSearchParams(part).keys();
  if (name === undefined || !secretQuery.includes(name)) return part;
  return `${part.split('=', 1)[0]}=${INSTEAD_OF_SECRET}`;
}
