import { buildEventRecord, chainOf, type EventParts, serializeData, toEvent } from './build-event.js';
import type { Event } from './event.js';
import type { OptionalKey } from './event-content.js';
import { frozenCopy, UNFIT, type Weight } from './frozen-copy.js';

/** More than all of a payload but its content takes. */
const MAX_HEAD_BYTES = 2_500;

type TransientParts = Omit<EventParts, 'dataJson'>;

/**
 * An event that is not stored, frozen, with a copy of what was dispatched: what it would be if it were stored, without
 * the way through JSON where that can make no difference. Throws EVENT_DATA_INVALID, EVENT_TOO_LARGE.
 */
export function buildTransientEvent(parts: TransientParts, data: unknown): Event {
  return buildQuickly(parts, data) ?? buildThroughJson(parts, data);
}

function buildThroughJson(parts: TransientParts, data: unknown): Event {
  return toEvent(buildEventRecord({ ...parts, dataJson: serializeData(parts.type, data) }));
}

/** Null where only JSON can tell what becomes of it, or whether it is too large. */
function buildQuickly(parts: TransientParts, content: unknown): Event | null {
  const { id, type, timestamp, account: accountId, changes, actor, subject, snapshot } = parts;
  const weight: Weight = { maxBytes: MAX_HEAD_BYTES };
  const data = frozenCopy(content, weight);
  if (data === UNFIT || snapshot) return null;
  const event: Record<string, unknown> = { id, type, timestamp, accountId, data };
  const isFit =
    copyOptional(event, 'changes', changes, weight) &&
    copyOptional(event, 'actor', actor, weight) &&
    copyOptional(event, 'subject', subject, weight);
  if (!isFit || weight.maxBytes > parts.maxPayloadBytes) return null;
  const { causationId, correlationId, depth } = chainOf(parts);
  event.causationId = causationId;
  event.correlationId = correlationId;
  event.depth = depth;
  if (parts.requestId) event.requestId = parts.requestId;
  return Object.freeze(event) as unknown as Event;
}

function copyOptional(
  event: Record<string, unknown>,
  key: OptionalKey,
  value: object | undefined,
  weight: Weight,
): boolean {
  if (value === undefined) return true;
  const isObject = typeof value === 'object' && value !== null;
  const copy = isObject ? frozenCopy(value, weight) : UNFIT;
  event[key] = copy;
  return copy !== UNFIT;
}
