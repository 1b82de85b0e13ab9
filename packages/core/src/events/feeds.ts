import { Outage } from '../outage.js';
import type { Feed, FeedHandle } from '../ports/feed.js';
import type { Logger } from '../ports/logger.js';
import type { Store } from '../ports/store.js';
import type { Waker } from '../worker/waker.js';

/** Then it is the turn of the next sweep, and with it of all else that is due: sweeps wait for each other. */
const MAX_PULLS = 5;

export interface FeedsDeps {
  readonly store: Store;
  readonly waker: Waker;
  readonly logger: Logger;
}

/** The feeds of a hub: where its relays take what is not an event yet. */
export class Feeds {
  readonly #deps: FeedsDeps;
  readonly #outages = new Map<Feed, Outage>();
  #isStopped = false;

  constructor(deps: FeedsDeps) {
    this.#deps = deps;
  }

  add(feed: Feed): FeedHandle {
    const { store, waker, logger } = this.#deps;
    this.#outages.set(feed, outageOf(feed, logger));
    const wake = () => waker.wakeRelays();
    return {
      wake: (transaction) => (transaction ? store.afterCommit(transaction, wake) : wake()),
      remove: () => void this.#outages.delete(feed),
    };
  }

  /** Answers how many items were taken. A feed that fails costs the others nothing; it is pulled again. */
  async pull(): Promise<number> {
    const pulled = await Promise.all([...this.#outages].map(([feed, outage]) => this.#pullOne(feed, outage)));
    return pulled.reduce((sum, count) => sum + count, 0);
  }

  /** Pulls nothing more. What is under way goes on, as far as it can. */
  stop(): void {
    this.#isStopped = true;
  }

  async #pullOne(feed: Feed, outage: Outage): Promise<number> {
    let total = 0;
    try {
      for (let pulls = 0; pulls < MAX_PULLS; pulls++) {
        if (!this.#isPulled(feed)) return total;
        const count = await feed.pull(this.#deps.store);
        outage.end();
        total += count;
        if (count === 0) return total;
      }
      this.#deps.waker.wakeRelays();
    } catch (error) {
      // a hub that closes takes no events any more
      if (this.#isPulled(feed)) outage.begin(error);
    }
    return total;
  }

  #isPulled(feed: Feed): boolean {
    return !this.#isStopped && this.#outages.has(feed);
  }
}

function outageOf({ name }: Feed, logger: Logger): Outage {
  return new Outage(logger, {
    out: `the feed "${name}" failed: it is pulled again until it works`,
    back: `the feed "${name}" works again`,
  });
}
