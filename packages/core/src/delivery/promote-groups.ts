import { groupCalls } from '../batching/group-calls.js';
import type { Clock } from '../ports/clock.js';
import type { DeliveryStore } from '../ports/store.js';
import type { HandOver } from '../worker/hand-over.js';
import type { AttemptFollower } from './follow-attempt.js';
import { isOrdered } from './owe-delivery.js';

const MAX_GROUPS = 200;

export interface PromoterDeps {
  readonly deliveries: Pick<DeliveryStore, 'promote' | 'waitingGroups'>;
  readonly handOver: HandOver;
  readonly clock: Clock;
}

/** Has the next delivery of a group begun when the one before it is over: waiting for that is no failure. */
export class Promoter implements AttemptFollower {
  readonly #deps: PromoterDeps;
  readonly #promote: (groupKey: string) => Promise<undefined>;

  constructor(deps: PromoterDeps) {
    this.#deps = deps;
    this.#promote = groupCalls((groupKeys) => this.#promoteMany(groupKeys), { maxItems: MAX_GROUPS });
  }

  /** Rejects with what the store rejects with: `promoteWaiting` comes to it later. */
  async promote(groupKeys: Iterable<string>): Promise<void> {
    await Promise.all([...new Set(groupKeys)].map(this.#promote));
  }

  followed({
    delivery: { groupKey },
    result,
  }: Parameters<AttemptFollower['followed']>[0]): Promise<void> | undefined {
    if (groupKey === null || result.nextAttemptAt !== null || !isOrdered(groupKey)) return undefined;
    // what is left waiting is found by the next sweep
    return this.#promote(groupKey).catch(() => undefined);
  }

  /** For what nobody came to, since a process died, or an event before it was just being fanned out. Answers how many. */
  async promoteWaiting(): Promise<number> {
    const groupKeys = await this.#deps.deliveries.waitingGroups(MAX_GROUPS);
    return groupKeys.length === 0 ? 0 : this.#begin(groupKeys);
  }

  async #promoteMany(groupKeys: readonly string[]): Promise<readonly undefined[]> {
    await this.#begin(groupKeys);
    return groupKeys.map(() => undefined);
  }

  async #begin(groupKeys: readonly string[]): Promise<number> {
    const { deliveries, clock, handOver } = this.#deps;
    const ids = await deliveries.promote(groupKeys, clock.now());
    handOver(ids.map((id) => ({ kind: 'delivery', id })));
    return ids.length;
  }
}
