import { HooklineError } from '../../errors.js';
import { findHeader } from '../request-headers.js';
import type { InboundRequest } from '../source.js';
import { fillTemplate, type MessageTemplate } from './message-template.js';
import { type ListFormat, type ListItem, parseSignatureHeader } from './signature-list.js';
import { assertFresh, readTimestamp, type TimestampRule } from './signed-timestamp.js';
import type { Message, VerificationKey } from './verification-key.js';

/** More than any rotation needs: a header full of guesses must not buy computing time. */
const MAX_SIGNATURES = 20;

/** How a sender signs, as data. */
export interface SignatureScheme {
  /** Names the sender in errors. */
  readonly kind: string;
  readonly keys: readonly VerificationKey[];
  /** Headers with signatures, in lower case; the first that is there counts. */
  readonly signatureHeaders: readonly string[];
  /** Null where the header is one signature. */
  readonly list: ListFormat | null;
  /** Stands in front of every signature; a signature without it is none. */
  readonly prefix: string;
  readonly template: MessageTemplate;
  /** Headers with the id that is signed, in lower case; the first that is there counts. */
  readonly idHeaders: readonly string[];
  /** Null where the sender signs no timestamp. */
  readonly timestamp: TimestampRule | null;
}

/**
 * The order is the point: a forger, who gets no further than the signature, learns nothing about clock or content.
 *
 * Throws SIGNATURE_MISSING, TIMESTAMP_INVALID, REQUEST_INCOMPLETE (no id), SIGNATURE_MISMATCH, TIMESTAMP_OUT_OF_RANGE.
 *
 * @param now milliseconds since the Unix epoch
 */
export function verifySignature(scheme: SignatureScheme, request: InboundRequest, now: number): void {
  const { header, items } = readSignatureHeader(scheme, request);
  const timestamp =
    scheme.timestamp && readTimestamp(scheme.timestamp, { request, items, signatureHeader: header });
  const id = readId(scheme, request);
  const message = fillTemplate(scheme.template, { id, timestamp: timestamp ?? '', body: request.body });
  if (!isSigned(scheme, items, message))
    throw new HooklineError('SIGNATURE_MISMATCH', { source: scheme.kind });
  if (scheme.timestamp && timestamp !== null) assertFresh(scheme.timestamp, timestamp, now);
}

function readSignatureHeader(
  { signatureHeaders, list }: SignatureScheme,
  request: InboundRequest,
): { readonly header: string; readonly items: readonly ListItem[] } {
  const found = findHeader(request, signatureHeaders);
  if (!found) throw new HooklineError('SIGNATURE_MISSING', { header: signatureHeaders.join(' or ') });
  return { header: found.name, items: parseSignatureHeader(found.value, list) };
}

function readId({ template, idHeaders }: SignatureScheme, request: InboundRequest): string {
  if (!template.placeholders.has('id')) return '';
  const found = findHeader(request, idHeaders);
  if (!found) throw new HooklineError('REQUEST_INCOMPLETE', { what: `the header ${idHeaders.join(' or ')}` });
  return found.value;
}

function isSigned({ keys, prefix }: SignatureScheme, items: readonly ListItem[], message: Message): boolean {
  return keys.some((key) => {
    const own = items.filter(({ label, value }) => label === key.label && value.startsWith(prefix));
    const isRight = key.checker(message);
    return own.slice(0, MAX_SIGNATURES).some(({ value }) => isRight(value.slice(prefix.length)));
  });
}
