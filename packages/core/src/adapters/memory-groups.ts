import type { DeliveryRecord } from '../delivery/delivery.js';
import { isGathered, waitsInGroup } from '../delivery/group.js';
import type { EventRecord } from '../events/event.js';
import type { GroupTurn } from '../ports/store.js';
import type { Tables } from './memory-store.js';
import { type WorkRow, WorkRows } from './memory-work.js';

/** Deliveries by id, and those that are owed by their group. */
export class DeliveryRows extends WorkRows<DeliveryRecord> {
  readonly #groups = new Map<string, Set<string>>();

  override set(id: string, row: WorkRow<DeliveryRecord>): this {
    const { groupKey, nextAttemptAt } = row.record;
    const before = this.get(id)?.record.groupKey ?? null;
    if (before !== null && before !== groupKey) this.#note(before, id, false);
    if (groupKey !== null) this.#note(groupKey, id, nextAttemptAt !== null);
    return super.set(id, row);
  }

  override delete(id: string): boolean {
    const groupKey = this.get(id)?.record.groupKey ?? null;
    if (groupKey !== null) this.#note(groupKey, id, false);
    return super.delete(id);
  }

  get groupKeys(): Iterable<string> {
    return this.#groups.keys();
  }

  /** The owed deliveries of a group, the first event's first. */
  ofGroup(groupKey: string): readonly WorkRow<DeliveryRecord>[] {
    const rows = [...(this.#groups.get(groupKey) ?? [])].flatMap((id) => this.get(id) ?? []);
    return rows.sort((a, b) => (a.record.eventId < b.record.eventId ? -1 : 1));
  }

  #note(groupKey: string, id: string, isOwed: boolean): void {
    const ids = this.#groups.get(groupKey) ?? new Set<string>();
    if (isOwed) ids.add(id);
    else ids.delete(id);
    if (ids.size > 0) this.#groups.set(groupKey, ids);
    else this.#groups.delete(groupKey);
  }
}

/** The first owed delivery of a group, of what goes together the first that was not begun, where it waits for its turn. */
export function waitingHead(tables: Tables, groupKey: string): DeliveryRecord | null {
  const isNew = ({ record, lease }: WorkRow<DeliveryRecord>) => record.state === 'pending' && lease === null;
  const members = tables.deliveries.ofGroup(groupKey);
  const head = isGathered(groupKey) ? members.find(isNew) : members[0];
  return head && waitsInGroup(head.record) && head.lease === null ? head.record : null;
}

/** When it is to begin. */
export function turnAt(tables: Tables, head: DeliveryRecord, turn: GroupTurn, now: number): number {
  if (!isGathered(turn.groupKey)) return now;
  const isWaiting = ({ record, lease }: WorkRow<DeliveryRecord>) =>
    record.state === 'pending' && lease === null;
  const { length: waiting } = tables.deliveries.ofGroup(turn.groupKey).filter(isWaiting);
  return waiting >= (turn.maxItems ?? Number.POSITIVE_INFINITY)
    ? now
    : Math.max(now, head.createdAt + turn.waitMs);
}

/** Whether an event that the group is about, and that came before this delivery's, was not fanned out. */
export function isPreceded(tables: Tables, { groupKey, eventId }: DeliveryRecord, now: number): boolean {
  const event = tables.events.get(eventId);
  if (event === undefined) return false;
  const isSameSubject = (other: EventRecord) =>
    other.subjectType === event.subjectType && other.subjectId === event.subjectId;
  const isAbout = groupKey?.startsWith('subject:') ? isSameSubject : () => true;
  return tables.waiting.ids(now).some((id) => {
    const other = tables.events.get(id);
    return other !== undefined && id < eventId && other.accountId === event.accountId && isAbout(other);
  });
}
