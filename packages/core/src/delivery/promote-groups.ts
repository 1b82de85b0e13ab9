import { groupCalls } from '../batching/group-calls.js';
import type { Clock } from '../ports/clock.js';
import type { DeliveryStore, GroupTurn, Promoted } from '../ports/store.js';
import type { HandOver } from '../worker/hand-over.js';
import { turnOf } from './group.js';

const MAX_GROUPS = 200;

export interface PromoterDeps {
  readonly deliveries: Pick<DeliveryStore, 'promote' | 'waitingGroups'>;
  readonly handOver: HandOver;
  readonly clock: Clock;
}

/** Has the next of a group begun when its turn has come: waiting for that is no failure. */
export class Promoter {
  readonly #deps: PromoterDeps;
  readonly #promote: (turn: GroupTurn) => Promise<undefined>;

  constructor(deps: PromoterDeps) {
    this.#deps = deps;
    this.#promote = groupCalls((turns) => this.#promoteMany(turns), { maxItems: MAX_GROUPS });
  }

  /** Never rejects: what the store does not do now `promoteWaiting` comes to later. */
  async promote(turns: Iterable<GroupTurn>): Promise<void> {
    const byKey = new Map([...turns].map((turn) => [turn.groupKey, turn]));
    await Promise.all([...byKey.values()].map(this.#promote)).catch(() => {});
  }

  /** For what nobody came to, since a process died, or an event before it was just being fanned out. Answers how many. */
  async promoteWaiting(): Promise<number> {
    const groupKeys = await this.#deps.deliveries.waitingGroups(MAX_GROUPS);
    return groupKeys.length === 0 ? 0 : this.#begin(groupKeys.map((groupKey) => turnOf(groupKey, null)));
  }

  async #promoteMany(turns: readonly GroupTurn[]): Promise<readonly undefined[]> {
    await this.#begin(turns);
    return turns.map(() => undefined);
  }

  async #begin(turns: readonly GroupTurn[]): Promise<number> {
    const { deliveries, clock, handOver } = this.#deps;
    const now = clock.now();
    const promoted = await deliveries.promote(turns, now);
    for (const [dueAt, ids] of idsByTime(promoted)) {
      handOver(
        ids.map((id) => ({ kind: 'delivery', id })),
        Math.max(0, dueAt - now),
      );
    }
    return promoted.length;
  }
}

function idsByTime(promoted: readonly Promoted[]): ReadonlyMap<number, readonly string[]> {
  const byTime = new Map<number, string[]>();
  for (const { id, dueAt } of promoted) byTime.set(dueAt, [...(byTime.get(dueAt) ?? []), id]);
  return byTime;
}
