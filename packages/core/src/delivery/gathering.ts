import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Held } from '../worker/claims.js';

/** One claimed delivery at least. */
export type Works = readonly [Held<ClaimedDelivery>, ...Held<ClaimedDelivery>[]];

/** Does together what was brought together; `leave` gives all their places to the next. */
export type PerformTogether = (works: Works, leave: () => void) => Promise<void>;

interface Open {
  readonly works: [Held<ClaimedDelivery>, ...Held<ClaimedDelivery>[]];
  readonly leaves: (() => void)[];
  readonly done: Promise<void>;
}

/**
 * Brings together what of a group begins in this process in the same turn of the event loop, as it does where several
 * have waited for the same time to be tried again.
 */
export class Gathering {
  readonly #open = new Map<string, Open>();

  /** Resolves when it is done, with whatever it was done together with. The first to come brings `perform`. */
  join(
    work: Held<ClaimedDelivery>,
    leave: () => void,
    { maxItems, perform }: { readonly maxItems: number; readonly perform: PerformTogether },
  ): Promise<void> {
    const key = work.delivery.groupKey ?? work.delivery.id;
    const open = this.#open.get(key);
    if (open === undefined || open.works.length >= maxItems) return this.#begin(key, work, leave, perform);
    open.works.push(work);
    open.leaves.push(leave);
    return open.done;
  }

  #begin(
    key: string,
    work: Held<ClaimedDelivery>,
    leave: () => void,
    perform: PerformTogether,
  ): Promise<void> {
    const [works, leaves]: [Open['works'], Open['leaves']] = [[work], [leave]];
    const leaveAll = () => {
      for (const each of leaves) each();
    };
    const done = nextTurn().then(() => {
      if (this.#open.get(key)?.works === works) this.#open.delete(key);
      return perform(works, leaveAll);
    });
    this.#open.set(key, { works, leaves, done });
    return done;
  }
}
