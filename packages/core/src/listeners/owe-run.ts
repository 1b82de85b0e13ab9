import { createHash } from 'node:crypto';
import { HELD_UNTIL_RESUMED } from '../delivery/delivery.js';
import type { EventRecord } from '../events/event.js';
import { CLOCK_MARGIN_MS } from '../ports/clock.js';
import type { RegisteredListener } from './listener-registry.js';
import { type RunRecord, runId } from './run.js';

/** What is longer is known by its hash: an index of a database takes no key of any length. */
const MAX_KEY_LENGTH = 500;

/** A new run: due at once, or held until its turn comes. */
export function oweRun(
  event: EventRecord,
  { name, isOrdered }: Pick<RegisteredListener, 'name' | 'isOrdered'>,
  now: number,
): RunRecord {
  const groupKey = isOrdered ? groupKeyOf(event, name) : null;
  return {
    id: runId(event.id, name),
    eventId: event.id,
    listener: name,
    state: 'pending',
    attemptCount: 0,
    // due at once, also for a process whose clock is a little behind
    nextAttemptAt: groupKey === null ? now - CLOCK_MARGIN_MS : HELD_UNTIL_RESUMED,
    hold: groupKey === null ? null : 'predecessor',
    groupKey,
    lastError: null,
    createdAt: now,
    finalizedAt: null,
  };
}

/** Null for an event that is about nothing: its run waits for no other. */
function groupKeyOf({ accountId, subjectType, subjectId }: EventRecord, listener: string): string | null {
  if (subjectType === null) return null;
  const key = JSON.stringify([listener, accountId, subjectType, subjectId]);
  if (key.length <= MAX_KEY_LENGTH) return `subject:${key}`;
  return `subject:sha256:${createHash('sha256').update(key).digest('hex')}`;
}
