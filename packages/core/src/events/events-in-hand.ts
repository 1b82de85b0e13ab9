import type { EventStore } from '../ports/store.js';

/** `free`: this process goes on with it, and takes it as it does; until then any process may. */
export type Grip = 'leased' | 'free';

interface Handling {
  readonly work: Promise<unknown>;
  readonly grip: Grip;
}

/**
 * The events of this process between being stored or claimed and being fanned out: one owner at a time goes on with
 * each, and whoever waits, renews or gives back finds them here.
 */
export class EventsInHand {
  readonly #handlings = new Map<string, Handling>();

  get size(): number {
    return this.#handlings.size;
  }

  get leasedIds(): readonly string[] {
    return [...this.#handlings].filter(([, { grip }]) => grip === 'leased').map(([id]) => id);
  }

  isLeased(id: string): boolean {
    return this.#handlings.get(id)?.grip === 'leased';
  }

  /** In hand until the work ends, or until somebody else goes on with it. Answers the work. */
  hold<Value>(id: string, work: Promise<Value>, grip: Grip): Promise<Value> {
    const handling = { work, grip };
    this.#handlings.set(id, handling);
    const letGo = () => {
      if (this.#handlings.get(id) === handling) this.#handlings.delete(id);
    };
    work.then(letGo, letGo);
    return work;
  }

  /** Resolves when none is in hand. */
  async idle(): Promise<void> {
    while (this.size > 0) await Promise.allSettled([...this.#handlings.values()].map(({ work }) => work));
  }
}

/** Prolongs the hold of this process on all of them; none is lost to others by that alone. */
export async function renewInHand(
  events: EventStore,
  inHand: EventsInHand,
  leasedUntil: number,
): Promise<number> {
  const ids = inHand.leasedIds;
  if (ids.length > 0) await events.renew(ids, leasedUntil);
  return 0;
}
