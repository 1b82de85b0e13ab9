import type { Lane, Rank } from './lane.js';

export interface Queued {
  readonly lane: Lane | null;
  readonly rank: Rank;
}

interface LaneQueue<Item> {
  readonly lane: Lane | null;
  readonly items: Readonly<Record<Rank, Item[]>>;
}

type OwnerQueue<Item> = Map<string, LaneQueue<Item>>;

/**
 * What waits for a place. Owners take turns, and so do the lanes of each; within a lane what is tried first goes ahead.
 * A lane without room is passed by.
 */
export class FairQueue<Item extends Queued> {
  /** In the order of their turns. */
  readonly #owners = new Map<string, OwnerQueue<Item>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: Item): void {
    const { owner = '', key = '' } = item.lane ?? {};
    const lanes = this.#owners.get(owner) ?? new Map<string, LaneQueue<Item>>();
    const queue = lanes.get(key) ?? { lane: item.lane, items: { first: [], again: [] } };
    queue.items[item.rank].push(item);
    lanes.set(key, queue);
    this.#owners.set(owner, lanes);
    this.#size += 1;
  }

  /** The next whose lane has room, taken out; null where none has. */
  shift(): Item | null {
    for (const [owner, lanes] of this.#owners) {
      const item = shiftLane(lanes);
      if (item === null) continue;
      this.#size -= 1;
      moveToEnd(this.#owners, owner, lanes, lanes.size > 0);
      return item;
    }
    return null;
  }

  /** Takes out all for which this holds. */
  remove(isMeant: (item: Item) => boolean): readonly Item[] {
    const removed: Item[] = [];
    for (const [owner, lanes] of this.#owners) {
      for (const [key, { items }] of lanes) {
        for (const rank of ['first', 'again'] as const) take(items[rank], isMeant, removed);
        if (items.first.length + items.again.length === 0) lanes.delete(key);
      }
      if (lanes.size === 0) this.#owners.delete(owner);
    }
    this.#size -= removed.length;
    return removed;
  }
}

function shiftLane<Item>(lanes: OwnerQueue<Item>): Item | null {
  for (const [key, queue] of lanes) {
    if (queue.lane !== null && !queue.lane.hasRoom) continue;
    const { first, again } = queue.items;
    const item = first.shift() ?? again.shift() ?? null;
    if (item === null) continue;
    moveToEnd(lanes, key, queue, first.length + again.length > 0);
    return item;
  }
  return null;
}

/** Whose turn it was comes last from now on, and goes where nothing is left. One alone stays where it is. */
function moveToEnd<Value>(turns: Map<string, Value>, key: string, value: Value, isLeft: boolean): void {
  if (isLeft && turns.size === 1) return;
  turns.delete(key);
  if (isLeft) turns.set(key, value);
}

function take<Item>(items: Item[], isMeant: (item: Item) => boolean, into: Item[]): void {
  if (!items.some(isMeant)) return;
  const kept = items.filter((item) => !isMeant(item));
  into.push(...items.filter(isMeant));
  items.splice(0, items.length, ...kept);
}
