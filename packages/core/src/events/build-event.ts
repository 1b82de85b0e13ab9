import type { Context } from '../context/context.js';
import { HooklineError } from '../errors.js';
import { safeText } from '../safe-text.js';
import type { AccountId, Actor, Changes, Event, EventRecord, Subject, Visibility } from './event.js';
import {
  attachContent,
  defineReader,
  type OptionalKey,
  optionalKeysOf,
  StoredContent,
} from './event-content.js';

/** Where an event stands behind those that led to it; what is left out is as for an event without a cause. */
export type Chain = Pick<Context, 'causationId' | 'correlationId' | 'depth'>;

/** All that makes up an event; `dataJson` is its data, serialised already. */
export interface EventParts {
  readonly id: string;
  readonly type: string;
  readonly visibility: Visibility;
  readonly timestamp: number;
  readonly account: AccountId | null;
  readonly dataJson: string;
  readonly changes?: Changes | undefined;
  readonly actor?: Actor | undefined;
  readonly subject?: Subject | undefined;
  readonly snapshot?: true | undefined;
  readonly chain?: Chain | undefined;
  readonly requestId?: string | null | undefined;
  readonly webhookId?: string | null | undefined;
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  readonly maxPayloadBytes: number;
}

/** Serialises data for the wire. Throws EVENT_DATA_INVALID for what JSON cannot carry. */
export function serializeData(type: string, data: unknown): string {
  const json = tryStringify(type, data);
  if (json !== undefined) return json;
  throw new HooklineError('EVENT_DATA_INVALID', { type, problem: `JSON has no form for ${typeof data}` });
}

/** Builds the record of an event, its payload serialised once and for all. Throws EVENT_TOO_LARGE. */
export function buildEventRecord(parts: EventParts): EventRecord {
  const payload = serializePayload(parts);
  const { type, maxPayloadBytes: maxBytes } = parts;
  const bytes = Buffer.byteLength(payload);
  if (bytes > maxBytes) throw new HooklineError('EVENT_TOO_LARGE', { type, bytes, maxBytes });
  return {
    id: parts.id,
    type,
    accountId: accountKey(parts.account),
    visibility: parts.visibility,
    occurredAt: parts.timestamp,
    payload,
    subjectType: parts.subject ? safeText(parts.subject.type) : null,
    subjectId: parts.subject ? safeText(String(parts.subject.id)) : null,
    ...chainOf(parts),
    requestId: parts.requestId ?? null,
    webhookId: parts.webhookId ?? null,
    headers: parts.headers ?? null,
    erasedAt: null,
  };
}

/** Where an event stands among those that led to it. */
export function chainOf({
  id,
  chain = {},
}: Pick<EventParts, 'id' | 'chain'>): Pick<Event, 'causationId' | 'correlationId' | 'depth'> {
  const { causationId = null, correlationId = id, depth = 0 } = chain;
  return { causationId, correlationId, depth };
}

/** Comes first where it stands before the data: in the JSON text of a type or an account every quote is escaped. */
const DATA_KEY = ',"data":';
const ACCOUNT_KEY = '"account":{"id":';
/** Nothing in front of it has a quote of its own. */
const TIMESTAMP = /^(\{"type":"[^"]*","timestamp":")[^"]*/;

/** What is left of a payload when its content is erased: type, timestamp and account, in the very same bytes. */
export function erasedPayload(payload: string): string {
  return `${payload.slice(0, payload.indexOf(DATA_KEY) + DATA_KEY.length)}null}`;
}

/** A payload with another timestamp, all else in the very same bytes. */
export function payloadAt(payload: string, timestamp: number): string {
  return payload.replace(TIMESTAMP, (_, head: string) => head + toIso(timestamp));
}

/** How an account is stored and compared: `42` and `'42'` are one. */
export function accountKey(account: AccountId | null | undefined): string | null {
  return account === null || account === undefined ? null : String(account);
}

/**
 * The event as listeners receive it, frozen. Its content is read from the stored payload, so that both lanes see the
 * same, and only when somebody looks at it.
 */
export function toEvent(record: EventRecord): Event {
  return eventOf(record, null);
}

/** The same, of a record that was just built of these parts. */
export function toNewEvent(record: EventRecord, parts: Pick<EventParts, OptionalKey>): Event {
  return eventOf(record, optionalKeysOf(parts));
}

function eventOf(record: EventRecord, optionalKeys: readonly OptionalKey[] | null): Event {
  const content = new StoredContent(record.payload);
  const event: Record<string, unknown> = {
    id: record.id,
    type: record.type,
    timestamp: record.occurredAt,
    accountId: accountIdOf(record),
  };
  defineReader(event, 'data');
  for (const key of optionalKeys ?? content.optionalKeys()) defineReader(event, key);
  event.causationId = record.causationId;
  event.correlationId = record.correlationId;
  event.depth = record.depth;
  if (record.requestId !== null) event.requestId = record.requestId;
  if (record.erasedAt !== null) event.erasedAt = record.erasedAt;
  attachContent(event, content);
  return Object.freeze(event) as unknown as Event;
}

/** As it was dispatched: a number stays one. */
function accountIdOf({ accountId, payload }: EventRecord): AccountId | null {
  if (accountId === null) return null;
  const start = payload.indexOf(ACCOUNT_KEY) + ACCOUNT_KEY.length;
  return JSON.parse(payload.slice(start, payload.indexOf(DATA_KEY, start) - 1)) as AccountId;
}

function tryStringify(type: string, data: unknown): string | undefined {
  try {
    return JSON.stringify(data);
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new HooklineError('EVENT_DATA_INVALID', { type, problem }, error);
  }
}

/** Put together as text, so that an inbound sender's JSON goes on as it was written (big numbers, `1.0`). */
function serializePayload(parts: EventParts): string {
  const { type, account, changes, actor, subject, snapshot } = parts;
  const head = `{"type":"${type}","timestamp":"${toIso(parts.timestamp)}",${ACCOUNT_KEY}${JSON.stringify(account)}}`;
  const optional = `${field(type, 'changes', changes)}${field(type, 'actor', actor)}${field(type, 'subject', subject)}${field(type, 'snapshot', snapshot)}`;
  return `${head}${DATA_KEY}${parts.dataJson}${optional}}`;
}

function field(type: string, key: OptionalKey, value: unknown): string {
  return value === undefined ? '' : `,"${key}":${serializeData(type, value)}`;
}

let lastInstant = 0;
let lastIso = new Date(0).toISOString();

/** Many events share a millisecond. */
function toIso(instant: number): string {
  if (instant === lastInstant) return lastIso;
  lastIso = new Date(instant).toISOString();
  lastInstant = instant;
  return lastIso;
}
