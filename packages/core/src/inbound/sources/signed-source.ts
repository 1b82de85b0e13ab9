import { HooklineError } from '../../errors.js';
import { DEFAULT_TYPE, toEventSegments } from '../event-segments.js';
import { describeField, type FieldLocator, readField } from '../request-field.js';
import { type JsonText, readJson } from '../request-json.js';
import { type SignatureScheme, verifySignature } from '../schemes/signature-scheme.js';
import type { InboundRequest, Source, VerifiedRequest } from '../source.js';

/** Puts a source together: how its sender signs, and what its verified requests mean. */
export function signedSource(
  scheme: SignatureScheme,
  read: (request: InboundRequest) => VerifiedRequest,
  moreSecretHeaders: readonly string[] = [],
): Source {
  return {
    kind: scheme.kind,
    secretHeaders: [...scheme.signatureHeaders, ...moreSecretHeaders],
    verify(request, now = Date.now()) {
      verifySignature(scheme, request, now);
      return read(request);
    },
  };
}

/** Where a request says what it is. A field that is named here and not there makes the request incomplete. */
export interface Meaning {
  /** Null where the sender gives no id. */
  readonly id: FieldLocator | null;
  /** Null where the sender names no type: `received`. */
  readonly type: FieldLocator | null;
  /** Takes a request without the type for `received`, too. Default false. */
  readonly isTypeOptional?: boolean;
}

/** Reads a JSON request. Throws PAYLOAD_NOT_JSON, REQUEST_INCOMPLETE. */
export function readMeaning(request: InboundRequest, meaning: Meaning): VerifiedRequest {
  const { data, json } = readJson(request.body);
  const text = { request, data };
  const id = meaning.id && requireField(meaning.id, text);
  const type = meaning.type && typeOf(meaning, meaning.type, text);
  return { id, type: toEventSegments(type ?? DEFAULT_TYPE), data, json };
}

interface ReadRequest extends Pick<JsonText, 'data'> {
  readonly request: InboundRequest;
}

/** Throws REQUEST_INCOMPLETE. */
export function requireField(locator: FieldLocator, { request, data }: ReadRequest): string {
  const value = readField(locator, request, data);
  if (value === null) throw new HooklineError('REQUEST_INCOMPLETE', { what: describeField(locator) });
  return value;
}

function typeOf(
  { isTypeOptional = false }: Meaning,
  locator: FieldLocator,
  text: ReadRequest,
): string | null {
  return isTypeOptional ? readField(locator, text.request, text.data) : requireField(locator, text);
}
