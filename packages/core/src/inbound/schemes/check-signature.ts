import { HooklineError } from '../../errors.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { findHeader } from '../request-headers.js';
import type { Message } from './message.js';
import type { CheckContext } from './scheme.js';
import { type ListItem, parseSignatureHeader } from './signature-list.js';
import type { SignedRules } from './signed.js';
import { assertFresh, readTimestamp } from './signed-timestamp.js';
import type { VerificationKey } from './verification-key.js';

/** More than any rotation needs: a request full of guesses must not buy computing time. */
const MAX_SIGNATURES = 20;

/**
 * The order is the point: a forger, who gets no further than the signature, learns nothing about clock or content.
 *
 * Throws SIGNATURE_MISSING, TIMESTAMP_INVALID, REQUEST_INCOMPLETE (no id), SIGNATURE_MISMATCH, TIMESTAMP_OUT_OF_RANGE.
 */
export function checkSignature(
  rules: SignedRules,
  request: ReceivedRequest,
  keys: readonly VerificationKey[],
  { kind, now, tolerance, url }: CheckContext,
): void {
  const { header, items } = readSignatures(rules, request);
  const { timestamp: rule } = rules;
  const timestamp = rule && readTimestamp(rule, { request, items, signatureHeader: header });
  const id = readId(rules, request);
  const parts = { request, body: request.body, timestamp: timestamp?.text ?? '', id, url };
  if (!isSigned(rules, keys, items, rules.template.compose(parts)))
    throw new HooklineError('SIGNATURE_MISMATCH', { source: kind });
  if (rule && timestamp) assertFresh(rule, timestamp, tolerance ?? rule, now);
}

function readSignatures(
  { headers, place, list }: SignedRules,
  request: ReceivedRequest,
): { readonly header: string; readonly items: readonly ListItem[] } {
  if (place === null) {
    const found = findHeader(request, headers);
    if (!found) throw new HooklineError('SIGNATURE_MISSING', { header: headers.join(' or ') });
    return { header: found.name, items: parseSignatureHeader(found.value, list) };
  }
  const values = place.find(request);
  if (values.length === 0) throw new HooklineError('SIGNATURE_MISSING', { header: place.name });
  return { header: place.name, items: values.flatMap((value) => parseSignatureHeader(value, list)) };
}

function readId({ idHeaders }: SignedRules, request: ReceivedRequest): string {
  if (idHeaders.length === 0) return '';
  const found = findHeader(request, idHeaders);
  if (!found) throw new HooklineError('REQUEST_INCOMPLETE', { what: `the header ${idHeaders.join(' or ')}` });
  return found.value;
}

function isSigned(
  { prefix }: SignedRules,
  keys: readonly VerificationKey[],
  items: readonly ListItem[],
  messages: readonly Message[],
): boolean {
  for (const key of keys) {
    if (!items.some((item) => isFor(key, item, prefix))) continue;
    for (const message of messages) {
      if (isAnyRight(key, key.checker(message), items, prefix)) return true;
    }
  }
  return false;
}

function isAnyRight(
  key: VerificationKey,
  isRight: (signature: string) => boolean,
  items: readonly ListItem[],
  prefix: string,
): boolean {
  let triedCount = 0;
  for (const item of items) {
    if (!isFor(key, item, prefix)) continue;
    if (isRight(prefix === '' ? item.value : item.value.slice(prefix.length))) return true;
    triedCount += 1;
    if (triedCount === MAX_SIGNATURES) return false;
  }
  return false;
}

function isFor({ label }: VerificationKey, item: ListItem, prefix: string): boolean {
  return item.label === label && (prefix === '' || item.value.startsWith(prefix));
}
