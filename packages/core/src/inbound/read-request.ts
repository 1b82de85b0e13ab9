import { HooklineError } from '../errors.js';
import { remember } from '../remember.js';
import { DEFAULT_TYPE, toEventSegments } from './event-segments.js';
import type { ReceivedRequest } from './inbound-request.js';
import {
  describeField,
  type FieldLocator,
  fieldReader,
  type Locator,
  type ReadField,
} from './request-field.js';
import type { Sender, SourceOptions } from './sender.js';
import type { VerifiedRequest } from './source.js';

const segmentsOf = remember((type) => toEventSegments(type));
const nowhere: ReadField = () => null;

/** What the requests of a sender mean. Its answer throws PAYLOAD_NOT_JSON, REQUEST_INCOMPLETE. */
export function requestReader<More>(
  sender: Sender<More>,
  subject: SourceOptions['subject'],
): (request: ReceivedRequest) => VerifiedRequest {
  const { kind, isMeaningRequired = false } = sender;
  const [readId, readType] = [sender.id, sender.type].map((locator) =>
    locator ? meaningReader(locator, isMeaningRequired) : nowhere,
  ) as [ReadField, ReadField];
  const subjectOf = subjectReader(subject);
  return (request) => {
    const senderType = readType(request);
    const { data, json } = request.content;
    const type = segmentsOf(senderType ?? DEFAULT_TYPE);
    const { body } = request;
    const webhook = { source: kind, id: readId(request), type, senderType, subject: null, data, json, body };
    return subjectOf === null ? webhook : { ...webhook, subject: subjectOf(webhook, request) };
  };
}

function meaningReader(locator: Locator, isRequired: boolean): ReadField {
  const read = fieldReader(locator);
  if (!isRequired) return read;
  return (request) => {
    const text = read(request);
    if (text !== null) return text;
    throw new HooklineError('REQUEST_INCOMPLETE', { what: describeField(locator as FieldLocator) });
  };
}

function subjectReader(
  subject: SourceOptions['subject'],
): ((webhook: VerifiedRequest, request: ReceivedRequest) => string | null) | null {
  if (subject === undefined) return null;
  if (typeof subject === 'function') return (webhook) => requireSubject(subject(webhook));
  const read = fieldReader(subject);
  return (_webhook, request) => read(request);
}

/** What is no text would put requests about different things behind each other. Throws OPTION_INVALID. */
function requireSubject(subject: unknown): string | null {
  if (typeof subject === 'string' || subject === null) return subject;
  if (typeof subject === 'number' || typeof subject === 'bigint') return String(subject);
  const expected = 'a function that answers text or null';
  throw new HooklineError('OPTION_INVALID', { option: 'subject', expected, got: typeof subject });
}
