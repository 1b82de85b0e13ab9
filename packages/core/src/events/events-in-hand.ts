import type { EventStore } from '../ports/store.js';

/**
 * The events of this process between being stored or claimed and being fanned out: one owner at a time goes on with
 * each, and whoever waits, renews or gives back finds them here.
 */
export class EventsInHand {
  readonly #work = new Map<string, Promise<unknown>>();

  get size(): number {
    return this.#work.size;
  }

  get ids(): readonly string[] {
    return [...this.#work.keys()];
  }

  has(id: string): boolean {
    return this.#work.has(id);
  }

  /** In hand until the work ends, or until somebody else goes on with it. Answers the work. */
  hold<Value>(id: string, work: Promise<Value>): Promise<Value> {
    this.#work.set(id, work);
    const letGo = () => {
      if (this.#work.get(id) === work) this.#work.delete(id);
    };
    work.then(letGo, letGo);
    return work;
  }

  /** Resolves when none is in hand. */
  async idle(): Promise<void> {
    while (this.size > 0) await Promise.allSettled(this.#work.values());
  }
}

/** Prolongs the hold of this process on all of them; none is lost to others by that alone. */
export async function renewInHand(
  events: EventStore,
  inHand: EventsInHand,
  leasedUntil: number,
): Promise<number> {
  if (inHand.size > 0) await events.renew(inHand.ids, leasedUntil);
  return 0;
}
