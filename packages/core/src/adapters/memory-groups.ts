import type { DeliveryRecord } from '../delivery/delivery.js';
import { HELD_UNTIL_RESUMED } from '../delivery/delivery.js';
import { isGathered, waitsInGroup } from '../delivery/group.js';
import type { EventRecord } from '../events/event.js';
import type { RunRecord } from '../listeners/run.js';
import type { GroupStore, GroupTurn, Promoted } from '../ports/store.js';
import { UNLEASED } from './memory-rows.js';
import type { Tables } from './memory-store.js';
import { type WorkRow, WorkRows } from './memory-work.js';

/** Deliveries or runs by id, and those that are owed by their group. */
export class GroupRows<Item extends DeliveryRecord | RunRecord> extends WorkRows<Item> {
  readonly #groups = new Map<string, Set<string>>();

  override set(id: string, row: WorkRow<Item>): this {
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

  /** The owed rows of a group, the first event's first. */
  ofGroup(groupKey: string): readonly WorkRow<Item>[] {
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

/** Gives groups their turns: one mechanism for deliveries and runs. */
export class MemoryGroups<Item extends DeliveryRecord | RunRecord> implements GroupStore {
  readonly #tables: Pick<Tables, 'events' | 'waiting'>;
  readonly #rows: GroupRows<Item>;

  constructor(tables: Pick<Tables, 'events' | 'waiting'>, rows: GroupRows<Item>) {
    this.#tables = tables;
    this.#rows = rows;
  }

  async promote(turns: readonly GroupTurn[], now: number): Promise<readonly Promoted[]> {
    return turns.flatMap((turn) => {
      const head = this.#waitingHead(turn.groupKey);
      if (head === null || (head.hold === 'predecessor' && isPreceded(this.#tables, head, now))) return [];
      const dueAt = this.#turnAt(head, turn, now);
      if ((head.nextAttemptAt ?? 0) <= dueAt) return [];
      const record = { ...head, hold: head.hold === 'predecessor' ? null : head.hold, nextAttemptAt: dueAt };
      this.#rows.set(head.id, { record, ...UNLEASED });
      return [{ id: head.id, dueAt }];
    });
  }

  async waitingGroups(limit: number): Promise<readonly string[]> {
    const isWaiting = (key: string) => this.#waitingHead(key)?.nextAttemptAt === HELD_UNTIL_RESUMED;
    return [...this.#rows.groupKeys].filter(isWaiting).slice(0, limit);
  }

  /** The first owed row of a group, of what goes together the first that was not begun, where it waits for its turn. */
  #waitingHead(groupKey: string): Item | null {
    const members = this.#rows.ofGroup(groupKey);
    const head = isGathered(groupKey) ? members.find(isNew) : members[0];
    return head && waitsInGroup(head.record) && head.lease === null ? head.record : null;
  }

  /** When it is to begin. */
  #turnAt(head: Item, turn: GroupTurn, now: number): number {
    if (!isGathered(turn.groupKey)) return now;
    const { length: waiting } = this.#rows.ofGroup(turn.groupKey).filter(isNew);
    return waiting >= (turn.maxItems ?? Number.POSITIVE_INFINITY)
      ? now
      : Math.max(now, head.createdAt + turn.waitMs);
  }
}

function isNew({ record, lease }: WorkRow<DeliveryRecord | RunRecord>): boolean {
  return record.state === 'pending' && lease === null;
}

/** Whether an event that the group is about, and that came before this row's, was not fanned out. */
function isPreceded(
  { events, waiting }: Pick<Tables, 'events' | 'waiting'>,
  { groupKey, eventId }: DeliveryRecord | RunRecord,
  now: number,
): boolean {
  const event = events.get(eventId);
  if (event === undefined) return false;
  const isSameSubject = (other: EventRecord) =>
    other.subjectType === event.subjectType && other.subjectId === event.subjectId;
  const isAbout = groupKey?.startsWith('subject:') ? isSameSubject : () => true;
  return waiting.ids(now).some((id) => {
    const other = events.get(id);
    return other !== undefined && id < eventId && other.accountId === event.accountId && isAbout(other);
  });
}
