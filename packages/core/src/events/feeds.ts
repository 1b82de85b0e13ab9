import { Outage } from '../outage.js';
import type { Feed, FeedHandle } from '../ports/feed.js';
import type { Logger } from '../ports/logger.js';
import type { Store } from '../ports/store.js';
import type { Waker } from '../worker/waker.js';
import { FeedRun } from './feed-run.js';

export interface FeedsDeps {
  readonly store: Store;
  readonly waker: Waker;
  readonly logger: Logger;
}

/**
 * The feeds of a hub: where its relays take what is not an event yet. Each is pulled in a run of its own: a pull may
 * take long, since code of the app runs in it, and nothing else is to wait for that.
 */
export class Feeds {
  readonly #deps: FeedsDeps;
  readonly #runs = new Set<FeedRun>();

  constructor(deps: FeedsDeps) {
    this.#deps = deps;
  }

  add(feed: Feed): FeedHandle {
    const { store, waker, logger } = this.#deps;
    const run = new FeedRun(() => feed.pull(store), outageOf(feed, logger));
    this.#runs.add(run);
    const wake = () => waker.wakeRelays();
    return {
      wake: (transaction) => (transaction ? store.afterCommit(transaction, wake) : wake()),
      remove: () => {
        this.#runs.delete(run);
        void run.stop();
      },
    };
  }

  /** Pulls each that is not being pulled, and those once more after it. Never rejects: a failure is told of. */
  wake(): void {
    for (const run of this.#runs) run.wake();
  }

  /** Pulls each until nothing waits there, beginning after this call. Answers how many items were taken. */
  async pull(): Promise<number> {
    const counts = await Promise.all([...this.#runs].map((run) => run.pull()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Pulls nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    await Promise.all([...this.#runs].map((run) => run.stop()));
  }
}

function outageOf({ name }: Feed, logger: Logger): Outage {
  return new Outage(logger, {
    out: `the feed "${name}" failed: it is pulled again until it works`,
    back: `the feed "${name}" works again`,
  });
}
