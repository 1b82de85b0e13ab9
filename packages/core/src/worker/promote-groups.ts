import { groupCalls } from '../batching/group-calls.js';
import { turnOf } from '../delivery/group.js';
import type { Clock } from '../ports/clock.js';
import type { Job } from '../ports/queue.js';
import type { GroupStore, GroupTurn, Promoted } from '../ports/store.js';
import type { HandOver } from './hand-over.js';

const MAX_GROUPS = 200;

/** Of each kind of work. */
export type Promoters<Does extends keyof Promoter> = Readonly<Record<Job['kind'], Pick<Promoter, Does>>>;

export interface PromoterDeps {
  readonly kind: Job['kind'];
  readonly groups: GroupStore;
  readonly handOver: HandOver;
  readonly clock: Clock;
}

/** Has the next of a group begun when its turn has come: waiting for that is no failure. */
export class Promoter {
  readonly #deps: PromoterDeps;
  readonly #promote: (turn: GroupTurn) => Promise<undefined>;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(deps: PromoterDeps) {
    this.#deps = deps;
    this.#promote = groupCalls((turns) => this.#promoteMany(turns), { maxItems: MAX_GROUPS });
  }

  /** Never rejects: what the store does not do now `promoteWaiting` comes to later. */
  async promote(turns: Iterable<GroupTurn>): Promise<void> {
    const byKey = new Map([...turns].map((turn) => [turn.groupKey, turn]));
    const promoting = Promise.all([...byKey.values()].map(this.#promote)).catch(() => {});
    this.#underWay.add(promoting);
    await promoting;
    this.#underWay.delete(promoting);
  }

  /** Resolves when no turn is being given. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** For what nobody came to, since a process died, or an event before it was just being fanned out. Answers how many. */
  async promoteWaiting(): Promise<number> {
    const groupKeys = await this.#deps.groups.waitingGroups(MAX_GROUPS);
    return groupKeys.length === 0 ? 0 : this.#begin(groupKeys.map((groupKey) => turnOf(groupKey)));
  }

  async #promoteMany(turns: readonly GroupTurn[]): Promise<readonly undefined[]> {
    await this.#begin(turns);
    return turns.map(() => undefined);
  }

  async #begin(turns: readonly GroupTurn[]): Promise<number> {
    const { kind, groups, clock, handOver } = this.#deps;
    const now = clock.now();
    const promoted = await groups.promote(turns, now);
    for (const [dueAt, ids] of idsByTime(promoted)) {
      handOver(
        ids.map((id) => ({ kind, id })),
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
