import { buildEventRecord, type EventParts } from '../events/build-event.js';
import type { EventRecord, Subject } from '../events/event.js';
import type { AnyRegistry } from '../events/event-types.js';
import type { IdGenerator } from '../ports/id-generator.js';
import { remember } from '../remember.js';
import { toEventSegments } from './event-segments.js';
import type { InboundRequest } from './inbound-request.js';
import type { VerifiedRequest } from './source.js';
import { hashOf, MAX_KEY_LENGTH } from './storable-key.js';

const MAX_TYPE_LENGTH = 128;
const MAX_DEPTH = 1_000;

export interface InboundEventDeps {
  readonly ids: IdGenerator;
  readonly registry: AnyRegistry;
}

export interface InboundEventParts extends Pick<EventParts, 'timestamp' | 'account' | 'chain'> {
  /** The source's name in this app. */
  readonly name: string;
  readonly verified: VerifiedRequest;
  readonly receiptId: string;
}

/** The event that a request of a source becomes. */
export function buildInboundEvent(deps: InboundEventDeps, parts: InboundEventParts): EventRecord {
  const { name, verified, receiptId, timestamp, account, chain } = parts;
  const type = typeOf(`${name}\n${verified.type}`);
  return buildEventRecord({
    id: deps.ids.next('evt'),
    type,
    dataJson: verified.json,
    visibility: deps.registry.visibilityOf(type) ?? 'internal',
    actor: { type: 'source', id: name },
    subject: subjectOf(name, verified),
    requestId: receiptId,
    timestamp,
    account,
    chain,
    // what could be read is taken: its limit is that of the body
    maxPayloadBytes: Number.POSITIVE_INFINITY,
  });
}

/** Worked out once for each of the few types that a source has. */
const typeOf = remember((nameAndType) => {
  const [name = '', type = ''] = nameAndType.split('\n', 2);
  return `${name}.${toEventSegments(type, MAX_TYPE_LENGTH - name.length - 1)}`;
});

/**
 * What another Hookline sent follows from an event there, so that what goes round in circles comes to its end. Nobody
 * signs it, and so it can only make that end come sooner.
 */
export function depthOf({ headers }: Pick<InboundRequest, 'headers'>): number {
  const text = headers['hookline-depth'] ?? '';
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text) + 1, MAX_DEPTH) : 0;
}

/** What a request is about, by the app's own word: text as it seems, and of any length. */
function subjectOf(type: string, { subject }: VerifiedRequest): Subject | undefined {
  const id = String(subject ?? '');
  if (id === '') return undefined;
  return { type, id: id.length <= MAX_KEY_LENGTH ? id : hashOf(id) };
}
