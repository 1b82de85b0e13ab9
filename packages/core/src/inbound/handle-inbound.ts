import { createHash } from 'node:crypto';
import { buildEventRecord } from '../events/build-event.js';
import type { EventRecord, Subject } from '../events/event.js';
import type { AnyRegistry } from '../events/event-types.js';
import type { Intake } from '../events/intake.js';
import type { InboundResult } from '../hub.js';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';
import { toEventSegments } from './event-segments.js';
import { type InboundRequest, type RequestInput, toReceived } from './inbound-request.js';
import type { ReceiptRecord } from './receipt.js';
import type { AnySource, VerifiedRequest } from './source.js';

const MAX_TYPE_LENGTH = 128;
const MAX_KEY_LENGTH = 255;
const ALWAYS_SECRET = ['authorization', 'proxy-authorization', 'cookie'];

export interface InboundDeps {
  readonly ids: IdGenerator;
  readonly clock: Clock;
  readonly registry: AnyRegistry;
  readonly maxPayloadBytes: number;
  readonly intake: Pick<Intake, 'hold' | 'record' | 'passUnheard'>;
}

/**
 * The story of an inbound request: verify → build its receipt and event → record both, once → hand the event over.
 *
 * It is answered only when it is stored, so that a sender sends again what was not. Throws what the source's
 * `verify` throws, and EVENT_TOO_LARGE.
 */
export async function handleInbound(
  deps: InboundDeps,
  name: string,
  source: AnySource,
  input: RequestInput,
): Promise<InboundResult> {
  const receivedAt = deps.clock.now();
  const request = toReceived(input);
  const verified = await source.verify(request, receivedAt);
  const receiptId = deps.ids.next('rct');
  const event = buildEvent(deps, { name, source, request, verified, receiptId, receivedAt });
  const receipt = buildReceipt({ name, source, request, verified, receiptId, event, receivedAt });
  return deps.intake.hold(event, false, async () => {
    const isNew = await deps.intake.record({ receipt, event });
    if (!isNew) return { isNew, webhook: verified };
    deps.intake.passUnheard(event);
    return { isNew, webhook: verified, receiptId: receipt.id, eventId: event.id };
  });
}

function buildEvent(
  deps: InboundDeps,
  { name, source, request, verified, receiptId, receivedAt }: Omit<Reception, 'event'>,
): EventRecord {
  const type = `${name}.${toEventSegments(verified.type, MAX_TYPE_LENGTH - name.length - 1)}`;
  return buildEventRecord({
    id: deps.ids.next('evt'),
    type,
    dataJson: verified.json,
    visibility: deps.registry.visibilityOf(type) ?? 'internal',
    timestamp: receivedAt,
    account: source.accountOf(verified, request),
    actor: { type: 'source', id: name },
    subject: subjectOf(name, verified),
    requestId: receiptId,
    chain: { depth: depthOf(request) },
    maxPayloadBytes: deps.maxPayloadBytes,
  });
}

/** What a request is about, by the app's own word: text as it seems, and of any length. */
function subjectOf(type: string, { subject }: VerifiedRequest): Subject | undefined {
  const id = String(subject ?? '');
  if (id === '') return undefined;
  return { type, id: id.length <= MAX_KEY_LENGTH ? id : hashOf(id) };
}

const MAX_DEPTH = 1_000;

/**
 * What another Hookline sent follows from an event there, so that what goes round in circles comes to its end. Nobody
 * signs it, and so it can only make that end come sooner.
 */
function depthOf({ headers }: InboundRequest): number {
  const text = headers['hookline-depth'] ?? '';
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text) + 1, MAX_DEPTH) : 0;
}

interface Reception {
  readonly name: string;
  readonly source: AnySource;
  readonly request: InboundRequest;
  readonly verified: VerifiedRequest;
  readonly receiptId: string;
  readonly event: EventRecord;
  readonly receivedAt: number;
}

function buildReceipt(reception: Reception): ReceiptRecord {
  const { name, source, request, verified, receiptId: id, event, receivedAt } = reception;
  return {
    id,
    source: name,
    dedupeKey: verified.id === null ? id : toDedupeKey(verified.id),
    eventId: event.id,
    receivedAt,
    headers: withoutSecrets(request.headers, source.secretHeaders),
    body: request.body,
  };
}

/** A sender's id may hold what no index of a database takes: such a one is known by its hash. */
function toDedupeKey(id: string): string {
  if (id.length <= MAX_KEY_LENGTH && /^[\x20-\x7e]+$/.test(id)) return id;
  return hashOf(id);
}

function hashOf(id: string): string {
  return `sha256:${createHash('sha256').update(id, 'utf16le').digest('hex')}`;
}

function withoutSecrets(
  headers: InboundRequest['headers'],
  secretHeaders: readonly string[],
): Readonly<Record<string, string>> {
  const secret = new Set([...ALWAYS_SECRET, ...secretHeaders]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.has(name)));
}
