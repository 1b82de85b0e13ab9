import { HooklineError } from '../errors.js';
import { safeText } from '../safe-text.js';
import type { AccountId, Actor, Changes, Event, EventRecord, Subject, Visibility } from './event.js';

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
  readonly cause?: Event | undefined;
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
  const bytes = Buffer.byteLength(payload);
  if (bytes > parts.maxPayloadBytes) {
    throw new HooklineError('EVENT_TOO_LARGE', { type: parts.type, bytes, maxBytes: parts.maxPayloadBytes });
  }
  return {
    id: parts.id,
    type: parts.type,
    accountId: accountKey(parts.account),
    visibility: parts.visibility,
    occurredAt: parts.timestamp,
    payload,
    subjectType: parts.subject ? safeText(parts.subject.type) : null,
    subjectId: parts.subject ? safeText(String(parts.subject.id)) : null,
    causationId: parts.cause?.id ?? null,
    correlationId: parts.cause?.correlationId ?? parts.id,
    depth: parts.cause ? parts.cause.depth + 1 : 0,
    erasedAt: null,
  };
}

/** Comes first where it stands before the data: in the JSON text of a type or an account every quote is escaped. */
const DATA_KEY = ',"data":';

/** What is left of a payload when its content is erased: type, timestamp and account, in the very same bytes. */
export function erasedPayload(payload: string): string {
  return `${payload.slice(0, payload.indexOf(DATA_KEY) + DATA_KEY.length)}null}`;
}

/** How an account is stored and compared: `42` and `'42'` are one. */
export function accountKey(account: AccountId | null | undefined): string | null {
  return account === null || account === undefined ? null : String(account);
}

interface Payload {
  readonly account: { readonly id: AccountId | null };
  readonly data: unknown;
  readonly changes?: Changes;
  readonly actor?: Actor;
  readonly subject?: Subject;
}

/** The event as listeners receive it: read from the stored payload, so that both lanes see the same, and frozen. */
export function toEvent(record: EventRecord): Event {
  const { account, data, changes, actor, subject } = JSON.parse(record.payload) as Payload;
  return deepFreeze({
    id: record.id,
    type: record.type,
    timestamp: record.occurredAt,
    accountId: account.id,
    data,
    ...(changes && { changes }),
    ...(actor && { actor }),
    ...(subject && { subject }),
    causationId: record.causationId,
    correlationId: record.correlationId,
    depth: record.depth,
    ...(record.erasedAt !== null && { erasedAt: record.erasedAt }),
  });
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
  const head = `{"type":"${parts.type}","timestamp":"${new Date(parts.timestamp).toISOString()}"`;
  const account = `"account":{"id":${JSON.stringify(parts.account)}}`;
  const optional = (['changes', 'actor', 'subject'] as const).flatMap((key) =>
    parts[key] === undefined ? [] : [`"${key}":${serializeData(parts.type, parts[key])}`],
  );
  return [head, account, `"data":${parts.dataJson}`, ...optional].join(',').concat('}');
}

/** Without recursion: data may be nested deeper than the stack is. */
function deepFreeze<T extends object>(value: T): T {
  const waiting: object[] = [value];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    Object.freeze(next);
    for (const inner of Object.values(next)) {
      if (typeof inner === 'object' && inner !== null) waiting.push(inner);
    }
  }
  return value;
}
